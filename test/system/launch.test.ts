import { join } from 'node:path'
import t from 'tap'
import { runFixture, UNLESS_ROOT } from './fixture.ts'

const CONTAINER = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', USER: 'root', LOGNAME: 'root', APP: 'shop' }
const NOBODY = { uid: 65_534, gid: 65_534, name: 'nobody', home: '/nonexistent' }
const WHO = ['/bin/sh', '-c', 'id -u; id -g; id -G; env -0 | sort -z | tr "\\0" " "']

interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly exit: unknown
  readonly failure?: string
}

void t.test('the environment is what was given, and nothing else', async (test) => {
  const outcome = await run(CONTAINER, { argv: ['/usr/bin/env'], environment: { COLOUR: 'blue', APP: 'mine' } })
  test.same(variables(outcome), [
    'APP=mine',
    'COLOUR=blue',
    'HOME=/root',
    'LOGNAME=root',
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'PIDONE_RUN=*',
    'USER=root',
  ])
})

void t.test('with clear_env the container passes nothing on', async (test) => {
  const outcome = await run(CONTAINER, { argv: ['/usr/bin/env'], clearEnv: true, environment: { A: '1' } })
  test.same(variables(outcome), ['A=1', 'PIDONE_RUN=*'])
})

void t.test('files of last resort are read at the start of the process', async (test) => {
  const folder = test.testdir({ a: 'secret\n', two: 'x\r\n', nul: 'a\0b', large: 'x'.repeat(128 * 1024 + 1) })
  const argv = ['/usr/bin/env']
  const files = (...names: readonly string[]): object =>
    Object.fromEntries(names.map((name) => [name.toUpperCase(), join(folder, name)]))
  const outcome = await run({ A: 'of the container' }, { argv, fallbackFiles: files('a', 'two', 'none') })
  test.same(variables(outcome), ['A=secret', 'PIDONE_RUN=*', 'TWO=x'])
  const refused = async (name: string): Promise<unknown> =>
    (await run({}, { argv, fallbackFiles: files('a', name) })).failure?.replaceAll(folder, '')
  test.equal(
    await refused('nul'),
    'cannot read "/nul" for "NUL": it contains a NUL character, which no variable can hold; mend the file, or set "NUL" or "NUL_FILE"',
  )
  test.match(
    await refused('large'),
    /^cannot read "\/large" for "LARGE": it is larger than the 128 KiB that a variable can hold; mend/,
  )
})

void t.test("the engine's notification socket is kept from services, unless one is declared", async (test) => {
  const container = { NOTIFY_SOCKET: '/run/engine', A: '1' }
  test.same(variables(await run(container, { argv: ['/usr/bin/env'] })), ['A=1', 'PIDONE_RUN=*'])
  const declared = await run(container, { argv: ['/usr/bin/env'], environment: { NOTIFY_SOCKET: '/mine' } })
  test.same(variables(declared), ['A=1', 'NOTIFY_SOCKET=/mine', 'PIDONE_RUN=*'])
})

void t.test('below another supervisor a service carries the marks of both, even with clear_env', async (test) => {
  const argv = ['/bin/sh', '-c', 'echo "$PIDONE_RUN"']
  for (const clearEnv of [false, true]) {
    const { stdout } = await run({ PIDONE_RUN: 'outer.app.1' }, { argv, clearEnv })
    test.match(stdout, /^outer\.app\.1:\d+-1\n$/)
  }
})

void t.test('NOTIFY_FD tells the descriptor only when it was left to choose', async (test) => {
  const chosen = await run({}, { argv: ['/usr/bin/env'], ready: { kind: 'notify-fd', fd: 'auto' } })
  test.same(variables(chosen), ['NOTIFY_FD=3', 'PIDONE_RUN=*'])
  const given = await run({}, { argv: ['/usr/bin/env'], ready: { kind: 'notify-fd', fd: 5 } })
  test.same(variables(given), ['PIDONE_RUN=*'])
})

void t.test('a watchdog tells its period and the socket, beside whatever readiness there is', async (test) => {
  const container = { WATCHDOG_USEC: '7', WATCHDOG_PID: '1' }
  const alone = await run(container, { argv: ['/usr/bin/env'], watchdogMs: 30_000 })
  test.match(variables(alone), [/^NOTIFY_SOCKET=\/.+\.sock$/, 'PIDONE_RUN=*', 'WATCHDOG_USEC=30000000'])
  const both = await run({}, { argv: ['/usr/bin/env'], ready: { kind: 'notify-fd', fd: 'auto' }, watchdogMs: 0.5 })
  test.match(variables(both), ['NOTIFY_FD=3', /^NOTIFY_SOCKET=/, 'PIDONE_RUN=*', 'WATCHDOG_USEC=500'])
})

void t.test('a user brings its ids, its groups and its home', { skip: UNLESS_ROOT }, async (test) => {
  const outcome = await run({ ...CONTAINER, APP: 'a' }, { argv: WHO, user: NOBODY, groupAdd: [4, 24] })
  const [uid, gid, groups, environment] = outcome.stdout.split('\n')
  test.same([uid, gid, groups?.split(' ').toSorted()], ['65534', '65534', ['24', '4', '65534']])
  test.match(environment, /^APP=a HOME=\/nonexistent LOGNAME=nobody PATH=\S+ PIDONE_RUN=\S+ (PWD=\S+ )?USER=nobody /)
  const alone = await run(CONTAINER, { argv: ['/usr/bin/id', '-G'], user: NOBODY })
  test.equal(alone.stdout, '65534\n')
})

void t.test('of a bare number nothing is known', { skip: UNLESS_ROOT }, async (test) => {
  const user = { uid: 12_345, gid: 0, name: null, home: null }
  const outcome = await run(CONTAINER, { argv: ['/usr/bin/env'], user, environment: { LOGNAME: 'me' } })
  test.same(variables(outcome), [
    'APP=shop',
    'HOME=/',
    'LOGNAME=me',
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'PIDONE_RUN=*',
  ])
})

void t.test(
  'as whom we are, nothing is switched, and groups alone can be added',
  { skip: UNLESS_ROOT },
  async (test) => {
    const root = { uid: 0, gid: 0, name: 'root', home: '/elsewhere' }
    const parent = ['/bin/sh', '-c', 'tr "\\0" " " < /proc/$$/cmdline; echo $HOME; id -G']
    const same = await run(CONTAINER, { argv: parent, user: root })
    test.match(same.stdout, /^\/bin\/sh -c .*\/elsewhere\n/s)
    const grown = await run(CONTAINER, { argv: ['/usr/bin/id', '-G'], groupAdd: [24] })
    test.ok(grown.stdout.trim().split(' ').includes('24'), grown.stdout)
  },
)

void t.test('another user can open its output as /dev/stdout', { skip: UNLESS_ROOT }, async (test) => {
  const argv = ['/bin/sh', '-c', 'echo out > /dev/stdout; echo err > /dev/stderr']
  const { stdout, stderr } = await run(CONTAINER, { argv, user: NOBODY })
  test.same({ stdout, stderr }, { stdout: 'out\n', stderr: 'err\n' })
})

async function run(environment: Record<string, string>, keys: Record<string, unknown>): Promise<Outcome> {
  return (await runFixture([], 'runs-service', [JSON.stringify(environment), JSON.stringify(keys)])) as Outcome
}

/** Sorted; the run's number is not compared. */
function variables({ stdout }: Outcome): readonly string[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^PIDONE_RUN=\S+$/, 'PIDONE_RUN=*'))
    .toSorted()
}
