import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { restoreEnvironment } from '../../src/cli/own-environment.ts'

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin')

/** Stands where the bundle does and tells what it was started with. */
const TELLER = `// 0
({ './main.js': () => process.stdout.write(JSON.stringify({ argv: process.argv.slice(2), env: process.env })) })
`

interface Told {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const NODE = dirname(process.execPath)
const SHELLS = [['/bin/sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([shell = '', ...args]) => spawnSync(shell, [...args, '-c', 'exit 0']).status === 0,
)

void t.test('init and supervisor hand over every argument as it is', async (test) => {
  const bin = install(test, 'a folder with spaces and "quotes"')
  const words = ['', ' ', '-e', '--version', 'a "b" $c `d`', 'line\nbreak', '*']
  test.strictSame(start(join(bin, 'supervisor'), words).argv, words)
  test.strictSame(start(join(bin, 'init'), words).argv, ['init', ...words])
})

void t.test('they are found through links, links to links, and PATH', async (test) => {
  const bin = install(test, 'x')
  const links = join(bin, 'links')
  mkdirSync(links)
  symlinkSync(join(bin, 'init'), join(links, 'init'))
  symlinkSync('init', join(links, 'again'))
  test.strictSame(start(join(links, 'init'), ['a']).argv, ['init', 'a'])
  test.strictSame(start(join(links, 'again'), ['a']).argv, ['init', 'a'])
  test.strictSame(start('init', ['a'], { PATH: `${links}:${NODE}:${process.env['PATH']}` }).argv, ['init', 'a'])
  test.strictSame(start('./init', ['a'], {}, bin).argv, ['init', 'a'])
  test.strictSame(parse(spawnSync('/bin/sh', ['init', 'a'], { cwd: bin, env: base(), encoding: 'utf8' })).argv, [
    'init',
    'a',
  ])
})

for (const [shell = '', ...args] of SHELLS) {
  void t.test(`under ${shell} what would change Node reaches the services alone, to the byte`, async (test) => {
    const bin = install(test, 'x')
    const env = {
      NODE_REDIRECT_WARNINGS: '/nonexistent/file',
      NODE_EXTRA_CA_CERTS: '/nonexistent',
      NODE_PATH: ' a "b" \'c\' $(d) `e` \\n\nnext line\n',
      NODE_V8_COVERAGE: '',
      LD_LIBRARY_PATH: '/nonexistent',
      UV_THREADPOOL_SIZE: '1',
      MALLOC_ARENA_MAX: '2',
      APP: 'kept\n',
      // Names that a launcher may be tempted to use.
      name: 'name',
      self: 'self',
      dir: '*',
    }
    const run = spawnSync(shell, [...args, join(bin, 'init')], { env: { ...base(), ...env }, encoding: 'utf8' })
    test.equal(run.stderr, '')
    const told = parse(run)
    test.strictSame(
      Object.keys(told.env).filter((key) => key.startsWith('NODE_') || key.startsWith('LD_')),
      [],
    )
    const restored = restoreEnvironment(told.env)
    test.strictSame(
      Object.entries(env).filter(([key, value]) => restored.get(key) !== value),
      [],
    )
    test.notOk(restored.has('NODE_DEBUG'), 'what was not set is not set')
  })

  void t.test(`under ${shell} NODE_OPTIONS that no Node could start with do not matter`, async (test) => {
    const script = `NODE_OPTIONS=--require=/nonexistent exec "$@"`
    const words = [shell, ...args, join(install(test, 'x'), 'init')]
    const told = parse(spawnSync('/bin/sh', ['-c', script, 'sh', ...words], { env: base(), encoding: 'utf8' }))
    test.equal(restoreEnvironment(told.env).get('NODE_OPTIONS'), '--require=/nonexistent')
  })
}

void t.test('without HOME, from another folder, without a folder that can be written', async (test) => {
  const bin = install(test, 'x')
  chmodSync(bin, 0o555)
  test.strictSame(start(join(bin, 'init'), [], {}, '/proc').argv, ['init'])
})

void t.test('without node in PATH it says so and ends with 127', async (test) => {
  const bin = install(test, 'x')
  const run = spawnSync('/bin/sh', [join(bin, 'supervisor')], { env: { PATH: '/nonexistent' }, encoding: 'utf8' })
  test.equal(run.stderr, 'supervisor: cannot start: no "node" in PATH; install Node.js 20.19, or 22.3 or later\n')
  test.equal(run.status, 127)
})

void t.test('an old Node is told which one is needed', async (test) => {
  const bin = install(test, 'x')
  const pretend = join(bin, 'pretend.cjs')
  writeFileSync(pretend, "Object.defineProperty(process, 'versions', { value: { node: '18.20.1' } })")
  const run = spawnSync(process.execPath, ['--require', pretend, join(bin, 'launch.cjs')], { encoding: 'utf8' })
  test.equal(
    run.stderr,
    'supervisor: cannot run on Node.js 18.20.1: 20.19, or 22.3 or later is needed; install one of these\n',
  )
  test.equal(run.status, 70)
})

void t.test('each module is made once, and what is not in the first file is taken from the second', async (test) => {
  const bin = install(test, 'x')
  const bundle = join(bin, '..', 'dist', 'bundle')
  const main = `({
    './main.js': (require) => {
      const seen = [require('./early.js') === require('./early.js'), require('./late.js').early === require('./early.js')]
      process.stdout.write(JSON.stringify([...seen, require('node:path').sep, require('./late.js').file]))
    },
    './early.js': (require, module) => { module.exports = {} },
  })`
  const late = `({
    './late.js': (require, module, file) => { module.exports = { early: require('./early.js'), file } },
  })`
  writeFileSync(join(bundle, 'main.cjs'), `// 1\n${main}\n`)
  writeFileSync(join(bundle, 'late.cjs'), `// 2\n${late}\n`)
  const run = spawnSync(join(bin, 'supervisor'), { env: base(), encoding: 'utf8' })
  test.equal(run.stderr, '')
  test.strictSame(JSON.parse(run.stdout), [true, true, '/', join(bin, 'launch.cjs')])
})

void t.test('code caches are kept when asked for, and broken ones do no harm', async (test) => {
  const bin = install(test, 'x')
  const bundle = join(bin, '..', 'dist', 'bundle')
  start(join(bin, 'supervisor'), [], { PIDONE_WRITE_CODE_CACHE: '1' })
  const caches = readdirSync(bundle).filter((name) => name.endsWith('.cache'))
  test.strictSame(caches, [`main.0.${process.arch}.${process.versions.v8}.cache`])
  test.strictSame(start(join(bin, 'supervisor'), ['a']).argv, ['a'])
  for (const name of caches) writeFileSync(join(bundle, name), 'broken')
  test.strictSame(start(join(bin, 'supervisor'), ['b']).argv, ['b'])
})

/** Copies the launchers beside a bundle that tells. */
function install(test: Test, folder: string): string {
  const root = join(test.testdir({}), folder)
  cpSync(BIN, join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'dist', 'bundle'), { recursive: true })
  writeFileSync(join(root, 'dist', 'bundle', 'main.cjs'), TELLER)
  return join(root, 'bin')
}

function base(): Record<string, string> {
  return { PATH: `${NODE}:${process.env['PATH']}` }
}

function start(command: string, args: readonly string[], env: Record<string, string> = {}, cwd = '/'): Told {
  return parse(spawnSync(command, args, { cwd, env: { ...base(), ...env }, encoding: 'utf8' }))
}

function parse(run: { readonly stdout: string; readonly stderr: string }): Told {
  if (run.stdout === '') throw new Error(run.stderr)
  return JSON.parse(run.stdout) as Told
}
