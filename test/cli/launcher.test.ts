import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { restoreEnvironment } from '../../src/cli/own-environment.ts'
import { parseEnviron } from '../../src/system/handed-over.ts'

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin')

/** Stands where the bundle does and tells what it was started with. */
const TELLER = `// 0
({ './main.js': (require) => {
  const { argv, env } = process
  const fd = Number(env.PIDONE_COPY_FD)
  const copy = fd > 2 ? require('node:fs').readFileSync(fd, 'latin1') : null
  process.stdout.write(JSON.stringify({ argv: argv.slice(2), env, copy }))
} })
`

interface Told {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What stands on the descriptor that the launcher names; null: it names none. */
  readonly copy: string | null
}

/** Names that are none to a shell, and variables that shells have for themselves. */
const ODD = {
  'discovery.type': 'single-node',
  'a-b': 'dash',
  '1A': 'digit',
  '': 'no name',
  'BASH_FUNC_x%%': '() {  echo "$1"\n}',
  PWD: '/nonexistent',
  OLDPWD: 'x',
  SHLVL: '41',
  _: '/x',
  IFS: 'abc',
  OPTIND: '3',
  PPID: '1',
  SHELLOPTS: 'nounset:errexit:noglob:allexport',
  BASHOPTS: 'failglob',
  BASH_VERSION: '9',
  ENV: '/x',
  POSIXLY_CORRECT: '',
  LANG: 'xx_YY.UTF-8',
  PIDONE_KEEP_NODE_OPTIONS: 'mine',
  PIDONE_KEEP_X: 'mine too',
  PIDONE_KEPT: 'X',
  PIDONE_COPY_FD: '0',
  pidone_copy: 'x',
  pidone_fd: 'x',
}

const NODE = dirname(process.execPath)
const SHELLS = [['/bin/sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([shell = '', ...args]) => spawnSync(shell, [...args, '-c', 'exit 0']).status === 0,
)

/** What a start reads first, and what a client does. */
const FILES = ['client.cjs', 'main.cjs']

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
    for (const environment of [restored, copied(told)]) {
      test.strictSame(
        Object.entries(env).filter(([key, value]) => environment.get(key) !== value),
        [],
      )
      test.notOk(environment.has('NODE_DEBUG'), 'what was not set is not set')
    }
  })

  void t.test(`under ${shell} NODE_OPTIONS that no Node could start with do not matter`, async (test) => {
    const script = `NODE_OPTIONS=--require=/nonexistent exec "$@"`
    const words = [shell, ...args, join(install(test, 'x'), 'init')]
    const told = parse(spawnSync('/bin/sh', ['-c', script, 'sh', ...words], { env: base(), encoding: 'utf8' }))
    test.equal(restoreEnvironment(told.env).get('NODE_OPTIONS'), '--require=/nonexistent')
    test.equal(copied(told).get('NODE_OPTIONS'), '--require=/nonexistent')
  })

  void t.test(`under ${shell} what no shell passes on is in the copy, as it was`, async (test) => {
    const env = { ...base(), ...ODD }
    const run = spawnSync(shell, [...args, join(install(test, 'x'), 'init'), 'a'], { env, encoding: 'utf8' })
    test.equal(run.stderr, '')
    test.strictSame(withoutRunners(copied(parse(run))), Object.entries(env))
  })

  for (const bytes of [0, 5_000, 1_000_000]) {
    void t.test(
      `under ${shell} the copy has an environment of ${bytes} bytes, and the limit of files`,
      async (test) => {
        const count = Math.ceil(bytes / 100_000)
        const values = Array.from({ length: count }, (_, index) => [`V${index}`, 'x'.repeat(bytes / count)] as const)
        const env = { ...base(), ...Object.fromEntries(values) }
        const script = 'ulimit -Sn 300; exec "$@"'
        const words = ['-c', script, 'sh', shell, ...args, join(install(test, 'x'), 'init')]
        const told = parse(spawnSync('/bin/sh', words, { env, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 }))
        test.match(told.copy ?? '', /^300\n/)
        for (const [name, value] of values) test.ok(copied(told).get(name) === value, name)
      },
    )
  }

  void t.test(`under ${shell} a descriptor that was open stays what it was`, async (test) => {
    const bin = install(test, 'x')
    const script = `exec 9</dev/null 8</dev/null; "$@"; readlink /proc/$$/fd/9`
    const run = spawnSync('/bin/sh', ['-c', script, 'sh', shell, ...args, join(bin, 'init')], {
      env: base(),
      encoding: 'utf8',
    })
    const [line = '', link] = run.stdout.split('\n').flatMap((text) => text.split(/(?<=\})(?=\/)/u))
    const told = JSON.parse(line) as Told
    test.strictSame([told.env['PIDONE_COPY_FD'], copied(told).get('PATH'), link], ['7', base()['PATH'], '/dev/null'])
  })

  void t.test(`under ${shell} what runs in other shells does not run in the launcher`, async (test) => {
    const bin = install(test, 'x')
    const trap = join(bin, 'trap')
    writeFileSync(trap, `echo trapped >${bin}/trapped\n`)
    const env = { ENV: trap, BASH_ENV: trap, PS4: `$(. ${trap})`, 'BASH_FUNC_x%%': `() { . ${trap}; }`, IFS: 'a/' }
    test.strictSame(start(join(bin, 'init'), ['a'], env).argv, ['init', 'a'])
    test.throws(() => readFileSync(join(bin, 'trapped')))
  })
}

void t.test('without base64 Node itself makes the copy', async (test) => {
  const folder = join(install(test, 'x'), 'path')
  mkdirSync(folder)
  symlinkSync(process.execPath, join(folder, 'node'))
  const env = { PATH: folder, 'a.b': 'c' }
  const told = start(join(folder, '..', 'init'), ['a'], env)
  test.strictSame(told.argv, ['init', 'a'])
  test.strictSame(withoutRunners(copied(told)), Object.entries(env))
})

void t.test('where no copy can be made it goes on without one', async (test) => {
  const bin = install(test, 'x')
  writeFileSync(join(bin, 'base64'), '#!/bin/sh\nhead -c 10; exit 1\n', { mode: 0o755 })
  const told = start(join(bin, 'init'), ['a'], { PATH: `${bin}:${base()['PATH']}`, NODE_PATH: 'x' })
  test.strictSame([told.argv, told.copy, told.env['PIDONE_COPY_FD']], [['init', 'a'], null, 'none'])
  test.equal(restoreEnvironment(told.env).get('NODE_PATH'), 'x')
})

void t.test('only who starts services gets a copy', async (test) => {
  const bin = install(test, 'x')
  const gets = (...words: string[]): boolean => start(join(bin, 'supervisor'), words).copy !== null
  test.strictSame(
    ['init', 'up', 'check', 'status', 'logs', '--help'].filter((word) => gets(word)),
    ['init', 'up', 'check'],
  )
  test.notOk(gets())
})

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
  writeFileSync(join(bundle, 'client.cjs'), `// 1\n${main}\n`)
  writeFileSync(join(bundle, 'late.cjs'), `// 2\n${late}\n`)
  const run = spawnSync(join(bin, 'supervisor'), { env: base(), encoding: 'utf8' })
  test.equal(run.stderr, '')
  test.strictSame(JSON.parse(run.stdout), [true, true, '/', join(bin, 'launch.cjs')])
})

void t.test('code caches are kept when asked for, and broken ones do no harm', async (test) => {
  const bin = install(test, 'x')
  const bundle = join(bin, '..', 'dist', 'bundle')
  start(join(bin, 'supervisor'), [], { PIDONE_WRITE_CODE_CACHE: '1' })
  test.strictSame(readdirSync(bundle), FILES, 'a container cannot ask for them')
  const env = { ...process.env, PIDONE_WRITE_CODE_CACHE: '1' }
  const run = spawnSync(process.execPath, [join(bin, 'launch.cjs')], { env, encoding: 'utf8' })
  test.equal(run.stderr, '')
  const caches = readdirSync(bundle).filter((name) => name.endsWith('.cache'))
  test.strictSame(caches, [`client.0.${process.arch}.${process.versions.v8}.cache`])
  test.strictSame(start(join(bin, 'supervisor'), ['a']).argv, ['a'])
  for (const name of caches) writeFileSync(join(bundle, name), 'broken')
  test.strictSame(start(join(bin, 'supervisor'), ['b']).argv, ['b'])
})

/** The environment in the copy that was handed over. */
function copied({ copy }: Told): ReadonlyMap<string, string> {
  const [, base64] = /^\d+\n([^.]*)\.\n$/.exec(copy ?? '') ?? []
  if (base64 === undefined) throw new Error(`no whole copy: ${copy?.slice(0, 100)}`)
  return parseEnviron(Buffer.from(base64, 'base64'))
}

/** Without what the test runner puts into the environment of all that is spawned. */
function withoutRunners(environment: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...environment].filter(([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('_TAPJS_'))
}

/** Copies the launchers beside a bundle that tells. */
function install(test: Test, folder: string): string {
  const root = join(test.testdir({}), folder)
  cpSync(BIN, join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'dist', 'bundle'), { recursive: true })
  for (const name of FILES) writeFileSync(join(root, 'dist', 'bundle', name), TELLER)
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
