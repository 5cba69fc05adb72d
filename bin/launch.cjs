'use strict'

// Until there is a listener, SIGUSR1 makes Node open its inspector.
process.on('SIGUSR1', function () {})

// First code on Node: old syntax only, so that an old Node can read it and say what is wrong.
const [major, minor] = process.versions.node.split('.').map(Number)
// process.getBuiltinModule came with 20.16 and 22.3.
if (major < 20 || (major === 20 && minor < 19) || major === 21 || (major === 22 && minor < 3)) {
  process.stderr.write(
    'supervisor: cannot run on Node.js ' +
      process.versions.node +
      ': 20.19, or 22.3 or later is needed; install one of these\n',
  )
  process.exit(70)
}

const fs = require('fs')
const path = require('path')
const vm = require('vm')

const FOLDER = path.join(__dirname, '..', 'dist', 'bundle')
/**
 * What a start needs is in the first; the second is read when something is asked for that the first does not have. Who
 * asks a supervisor has most of what he needs in a small file of his own.
 */
const STARTS = ['init', 'up', 'check', 'sweep']
const FILES = STARTS.includes(process.argv[2]) ? ['main.cjs', 'late.cjs'] : ['client.cjs', 'late.cjs', 'main.cjs']

const writesCache = process.env.PIDONE_WRITE_CODE_CACHE !== undefined
delete process.env.PIDONE_WRITE_CODE_CACHE // Not for the services.

/** Writes the code cache of the file that was read last; nothing when there is none to write. */
let writeCache = function () {}
if (writesCache)
  process.on('exit', function () {
    writeCache()
  })

const modules = new Map()
const makers = {}
let filesRead = 0

requireOurs('./main.js')

/** The `require` of our own modules; each is made once. All names but theirs are Node's or a package's. */
function requireOurs(name) {
  if (!name.startsWith('./')) return require(name)
  const known = modules.get(name)
  if (known !== undefined) return known.exports
  while (makers[name] === undefined) {
    Object.assign(makers, run(path.join(FOLDER, FILES[filesRead])))
    filesRead++ // Not before: what fails today, for want of a descriptor, can be asked for again.
  }
  const module = { exports: {} }
  modules.set(name, module)
  makers[name](requireOurs, module, __filename)
  return module.exports
}

/**
 * Runs a file of the bundle with V8's compiled code from an earlier run where there is some; gives its modules' makers.
 *
 * Compiling takes a third of the time to the first service. `module.enableCompileCache` is slower than this and is
 * not in Node 20.
 */
function run(file) {
  const source = fs.readFileSync(file, 'latin1')
  const cacheFile = cacheFileOf(file, source)
  const script = new vm.Script(source, { filename: file, cachedData: readIfThere(cacheFile) })
  if (writesCache) writeLater(script, cacheFile)
  return script.runInThisContext()
}

/** V8 compares its version and flags but of the source only the length: the file's first line has its hash. */
function cacheFileOf(file, source) {
  const hash = source.slice(3, source.indexOf('\n'))
  return [file.slice(0, -'.cjs'.length), hash, process.arch, process.versions.v8, 'cache'].join('.')
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file)
  } catch {
    return undefined // Without it everything works, only later.
  }
}

/**
 * When what a start needs has been compiled: for the first file that is when the second one is asked for, since V8 leaves
 * out functions that never ran, and drops in time those that ran only once.
 */
function writeLater(script, cacheFile) {
  writeCache()
  writeCache = function () {
    writeCache = function () {}
    // On the disk before it has its name: V8 does not look for damage, and a file of zeros would crash it.
    fs.writeFileSync(cacheFile + '.new', script.createCachedData(), { flush: true })
    fs.renameSync(cacheFile + '.new', cacheFile)
  }
}
