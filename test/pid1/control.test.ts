import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { EventReply } from '../../src/core/control/event-reply.ts'
import { makeFolder, startContainer, type Container } from './support/container.ts'
import { ask, asUser, UNLESS_OTHER_USERS } from './support/other-users.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const skip = UNLESS_PID_1
const ALICE = 64_321
const ROOT = { uid: 0, name: 'root' }

function eventsIn(text: string): readonly EventReply[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as EventReply)
}

void t.test('all that happens is told as it happens, up to the end of all', { skip }, async (test) => {
  const file = `
services:
  web: {script: 'trap "exit 0" TERM; while :; do sleep 0.02; done'}
  job: {type: oneshot, command: [sh, -c, exit 3], on_failure: ignore}
`
  const container = await startContainer(test, { file })
  const following = container.supervisor('events', '--json', '--last', '1000')
  const looking = container.supervisor('events', '--last', '1000', 'job')
  await container.serviceThat('job', ({ state }) => state === 'failed')
  test.equal((await container.supervisor('restart', 'web')).status, 0)
  const { stdout: past } = await container.supervisor('events', '--no-follow', '-n', '2', 'web')
  test.match(past, /^\S+Z {2}web {9}spawned {16}run 2, pid \d+\n\S+Z {2}web {9}starting → running\n$/u)
  test.equal((await container.supervisor('shutdown', '--code', '7')).status, 0)
  test.equal((await container.end()).status, 7)

  const { status, stdout, stderr } = await following
  test.strictSame([status, stderr], [0, ''])
  const events = eventsIn(stdout)
  const inShort = events.flatMap((event) => {
    if (event.event === 'state' && event.service === 'web') return `${event.from}-${event.to} ${event.run}`
    if (event.event === 'request') return `${event.action} ${event.services.join(' ')}`.trim()
    return []
  })
  test.strictSame(inShort, [
    'waiting-starting 1',
    'starting-running 1',
    'restart web',
    'running-stopping 1',
    'stopping-starting 2',
    'starting-running 2',
    'shutdown',
    'running-stopping 2',
    'stopping-stopped 2',
  ])
  const { at: began } = events[0] ?? { at: 0 }
  test.match(events.at(-1), { event: 'supervisor', state: 'ended', code: 7 })
  test.ok(Math.abs(Date.now() - began) < 60_000 && events.every(({ at }, index) => at >= (events[index - 1]?.at ?? 0)))
  test.match(
    events.filter(({ event }) => event === 'request'),
    [{ by: ROOT }, { by: ROOT }],
  )
  test.match(
    events.filter((event) => event.event === 'exited' && event.service === 'job'),
    [{ run: 1, exit: { code: 3, signal: null } }],
  )
  test.match(await looking, { status: 0, stdout: /^\S+Z {2}job {9}stopping → failed +exited with 3$/mu })
  test.notMatch((await looking).stdout, /web|shutdown/)
})

void t.test('who asks is named, by the kernel’s word', { skip: UNLESS_OTHER_USERS }, async (test) => {
  const file = `control: {allow: {${ALICE}: admin}}\nservices: {web: {command: [sleep, '1000']}, db: {command: [sleep, '1000']}}`
  const container = await startContainer(test, { file })
  await container.supervisor('wait')
  test.equal((await ask(container, asUser(ALICE), 'stop', 'web')).status, 0)
  await container.line(/^supervisor \| asked by uid 64321: stop web$/)
  test.equal((await container.service('web')).reason, 'stopped on request of uid 64321')
  const { stdout } = await container.supervisor('status', 'web')
  test.match(stdout, /\d+s ago: stopped on request of uid 64321/)
  test.equal((await ask(container, asUser(ALICE), 'shutdown')).status, 0)
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /^supervisor \| shutting down: supervisor shutdown, asked by uid 64321$/m)
})

/** A service that has every key that a command beside it shares. */
const CONFINED = `
services:
  web:
    command: [sh, -c, 'env | grep -c NOTIFY_SOCKET; exec sleep 1000']
    user: '${ALICE}:${ALICE}'
    group_add: ['4711']
    working_dir: WORK
    umask: '027'
    nice: 5
    oom_score_adj: 500
    ulimits: {nofile: 99, core: 0}
    cap_drop: [ALL]
    no_new_privileges: true
    environment: {GREETING: "hello\\nworld", DB_PASSWORD: hunter22, URL: 'db://u:hunter22@h'}
    ready: {notify: systemd}
    start_timeout: 10m
`

const LOOK = `id -u; id -G; pwd; umask; nice; cat /proc/self/oom_score_adj; ulimit -n; ulimit -Hn
  grep -E '^(CapBnd|NoNewPrivs):' /proc/self/status; env | grep -cE 'NOTIFY_SOCKET|PIDONE_RUN='; echo "$GREETING"; exit 3`

async function confined(test: Test): Promise<{ readonly container: Container; readonly work: string }> {
  const work = join(makeFolder(test), 'work')
  mkdirSync(work)
  const container = await startContainer(test, { file: CONFINED.replace('WORK', work) })
  await container.line(/web +\| 1$/)
  return { container, work }
}

void t.test('a command runs as the service does, whether that runs or not', { skip }, async (test) => {
  const { container, work } = await confined(test)
  const expected = `64321
64321 4711
${work}
0027
5
500
99
99
CapBnd:\t0000000000000000
NoNewPrivs:\t1
0
hello
world
`
  const first = await container.supervisor('exec', 'web', '--', 'sh', '-c', LOOK)
  test.strictSame(first, { status: 3, stdout: expected, stderr: '' })
  test.equal((await container.supervisor('stop', 'web')).status, 0)
  test.strictSame(await container.supervisor('exec', 'w*', 'sh', '-c', LOOK), first)
  test.match(await container.supervisor('exec', 'web', 'nonsense'), { status: 127, stderr: /not found in PATH/ })
})

void t.test('its environment is shown without secrets, unless they are wanted', { skip }, async (test) => {
  const { container } = await confined(test)
  const { status, stdout } = await container.supervisor('env', 'web')
  test.equal(status, 0)
  const own = stdout.split('\n').filter((line) => /^(DB|GREETING|HOME|URL|PIDONE_RUN=|NOTIFY)/u.test(line))
  test.strictSame(own, ['DB_PASSWORD=***', String.raw`GREETING=$'hello\nworld'`, 'HOME=/', 'URL=db://u:***@h'])
  const revealed = JSON.parse((await container.supervisor('env', '--reveal', '--json', 'web')).stdout) as object
  test.match(revealed, { environment: { DB_PASSWORD: 'hunter22', URL: 'db://u:hunter22@h' }, hidden: [] })
})

void t.test(
  'one who is not root runs what runs as himself, and nothing else',
  { skip: UNLESS_OTHER_USERS },
  async (test) => {
    const file = `
control: {allow: {${ALICE}: admin, 64322: read}}
services:
  own: {command: [sleep, '1000'], user: '${ALICE}:${ALICE}', working_dir: /tmp, umask: '077'}
  root: {command: [sleep, '1000']}
`
    const container = await startContainer(test, { file })
    await container.supervisor('wait')
    const exec = (uid: number, ...words: readonly string[]): ReturnType<typeof ask> =>
      ask(container, asUser(uid), 'exec', ...words)
    test.strictSame(await exec(ALICE, 'own', 'sh', '-c', 'id -u; pwd; umask'), {
      status: 0,
      stdout: '64321\n/tmp\n0077\n',
      stderr: '',
    })
    test.strictSame(await exec(ALICE, 'root', 'id'), {
      status: 77,
      stdout: '',
      stderr:
        'supervisor: cannot run it as root, who "root" runs as: only root may; ask as root ("docker exec -u 0", "sudo")\n',
    })
    for (const command of ['exec', 'env']) {
      const words = command === 'exec' ? ['own', 'id'] : ['own']
      const refused = await ask(container, asUser(64_322), command, ...words)
      test.match(refused, { status: 77, stdout: '', stderr: /cannot GET \/v1\/\w+: uid 64322 may read only/ })
    }
  },
)

void t.test('waiting ends with what became of it: so, never, or not in time', { skip }, async (test) => {
  const file = `
services:
  web: {command: [sleep, '1000']}
  other: {command: [sleep, '1000']}
  broken: {type: oneshot, command: [sh, -c, exit 3], on_failure: ignore}
  above: {command: [sleep, '1000'], depends_on: [broken]}
  slow: {command: [sleep, '1000'], ready: {log: never}, start_timeout: 10m}
  job: {type: oneshot, command: ['true']}
`
  const container = await startContainer(test, { file })
  const wait = (...words: readonly string[]): ReturnType<Container['supervisor']> =>
    container.supervisor('wait', ...words)
  const [both, done, never, late, unknown, stopped] = await Promise.all([
    wait('web', 'j*'),
    wait('--for', 'completed', 'job', 'web*'),
    wait('above', 'web'),
    wait('--timeout', '200ms', 'slow', 'web'),
    wait('slwo'),
    wait('--for', 'stopped', 'other'),
    container
      .serviceThat('above', ({ state }) => state === 'waiting')
      .then(() => container.supervisor('stop', 'other')),
  ])
  const silent = { status: 0, stdout: '', stderr: '' }
  test.strictSame([both, done, stopped], [silent, silent, silent])
  test.match(never, { status: 1, stderr: /^supervisor: above: waiting for broken: failed: exited with 3\n$/ })
  test.match(late, { status: 124, stderr: /^supervisor: slow: not ready within 200 ms: starting, .*\n$/ })
  test.match(unknown, { status: 64, stderr: /no service "slwo"; did you mean "slow"\?/ })
})
