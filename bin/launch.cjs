'use strict'

// First code on Node: old syntax only, so that an old Node can read it and say what is wrong.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    'supervisor: cannot run on Node.js ' + process.versions.node + ': 20.19 or later is needed; install a newer one\n',
  )
  process.exit(70)
}

const fs = require('fs')
const { createRequire } = require('module')
const path = require('path')
const vm = require('vm')

run(path.join(__dirname, '..', 'dist', 'bundle', 'main.cjs'))

/**
 * Runs the bundle with V8's compiled code from an earlier run where there is some.
 *
 * Compiling takes a third of the time to the first service. `module.enableCompileCache` is slower than this and is
 * not in Node 20.
 */
function run(file) {
  const source = fs.readFileSync(file, 'latin1')
  const cacheFile = cacheFileOf(file, source)
  const script = new vm.Script('(function (exports, require, module, __filename, __dirname) {' + source + '\n})', {
    filename: file,
    cachedData: readIfThere(cacheFile),
  })
  if (process.env.PIDONE_WRITE_CODE_CACHE) writeAtExit(script, cacheFile)
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, path.dirname(file))
}

/** V8 compares its version and flags but of the source only the length: the bundle's first line has its hash. */
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

/** At the end, when what start-up needs has been compiled; V8 leaves out functions that never ran. */
function writeAtExit(script, cacheFile) {
  delete process.env.PIDONE_WRITE_CODE_CACHE
  process.on('exit', function () {
    fs.writeFileSync(cacheFile + '.new', script.createCachedData())
    fs.renameSync(cacheFile + '.new', cacheFile)
  })
}
