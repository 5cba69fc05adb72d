import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import t from 'tap'
import { GUARD, INIT, startContainer, SUPERVISOR, type Container } from './support/container.ts'
import { childrenOf, descriptorsOf, readProcess, signalProcess } from './support/processes.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'
import { shell, written } from './support/written.ts'
import { script } from '../system/fixture.ts'

const skip = UNLESS_PID_1
const pid1 = 'parent'
/** As in an ordinary container: without CAP_SYS_PTRACE, and without CAP_PERFMON, which does as well on newer kernels. */
const UNPRIVILEGED = [
  'setpriv',
  '--bounding-set=-all,+kill,+setgid,+setuid,+setpcap,+dac_override',
  '--inh-caps=-all',
  '--',
]
const AS_DAEMON = ['setpriv', '--reuid=1', '--regid=1', '--clear-groups', '--']

/** What starts a program with another /bin/sh. */
function shellIs(name: string): readonly string[] {
  return ['unshare', '--mount', 'sh', '-c', `mount --bind /bin/${name} "$(readlink -f /bin/sh)" && exec "$@"`, 'sh']
}

/** All the ways in which a process is tied to its run, or is not. */
const MANY = written({
  plain: { script: shell('sleep 1001 & (exec sleep 1002) & echo up; wait'), ready: { log: 'up' } },
  daemon: { command: [script('double-forks-and-ignores-sigterm')], ready: { log: 'daemon' } },
  nameless: { script: shell('env -i setsid sleep 1003 & echo up; wait'), ready: { log: 'up' } },
  other: { command: ['sleep', '1004'], user: 'nobody' },
  changes: { command: [...AS_DAEMON, 'sh', '-c', 'setsid -f sleep 1005; echo up; sleep 1006'], ready: { log: 'up' } },
  // Its second name in ps holds what /proc/PID/stat is full of.
  odd: {
    script: shell(`printf 'a) S 1 (b' >/proc/self/comm; echo up; while :; do sleep 1007; done`),
    ready: { log: 'up' },
  },
})

/** Nothing but PID 1 is alive; zombies are PID 1's own affair. */
async function untilAllIsGone(container: Container): Promise<void> {
  let left: readonly string[] = []
  await until('all to be gone', () => {
    left = container.processes().flatMap(({ name, state }) => (state === 'Z' ? [] : [name]))
    return left.length === 0
  }).catch((error: unknown) => {
    throw new Error(`left: ${left.join(' ')}`, { cause: error })
  })
}

const TINI = spawnSync('tini', ['--version']).error === undefined ? false : 'there is no tini'
const BUSYBOX = existsSync('/bin/busybox') ? false : 'there is no busybox'

for (const [name, options, missing] of [
  ['a parent that waits', {}, false],
  ['tini, not itself PID 1', { below: ['tini', '-s', '--'] }, TINI],
  ['tini with its group', { below: ['tini', '-s', '-g', '--'] }, TINI],
  ['a shell', { below: ['sh', '-c', '"$@"; exit $?', 'sh'] }, false],
  ['a parent, where sh is bash', { program: [...shellIs('bash'), INIT] }, false],
  ['a parent, where sh is busybox', { program: [...shellIs('busybox'), INIT] }, BUSYBOX],
  ['a parent, as root that may not read the environment of others', { program: [...UNPRIVILEGED, INIT] }, false],
] as const) {
  void t.test(`killed below ${name}, nothing of it lives on`, { skip: skip || missing }, async (test) => {
    const container = await startContainer(test, { ...options, pid1, file: MANY, command: ['sleep', '1008'] })
    await until('the command', () => container.names().filter((each) => each === 'sleep').length === 10)
    container.signal('SIGKILL')
    test.equal((await container.end()).status, 137)
    await untilAllIsGone(container)
  })
}

void t.test('killed while it spawns, nothing of it lives on', { skip }, async (test) => {
  const services = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`s${index}`, { script: shell('sleep 1001 & wait') }]),
  )
  for (const nth of [1, 20, 50]) {
    const container = await startContainer(test, { pid1, file: written(services) })
    await until('some to be started', () => container.output.all(/starting/).length >= nth)
    container.signal('SIGKILL')
    await container.ended
    await untilAllIsGone(container)
  }
})

function guardsIn(container: Container): number {
  return container.processes().filter(({ name }) => name === GUARD).length
}

function guardOf(container: Container): number {
  return container.processes().find(({ name }) => name === GUARD)?.pid ?? -1
}

/** SIGTERM, the last of those that it ignores, as a bit of proc_pid_status(5). */
function ignoresSignals(pid: number): boolean {
  const ignored = /^SigIgn:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return (Number.parseInt(ignored, 16) & (1 << (constants.signals.SIGTERM - 1))) !== 0
}

void t.test('its guard is one small process that no signal of a terminal ends', { skip }, async (test) => {
  const container = await startContainer(test, { pid1, file: written({ web: { command: ['sleep', '1000'] } }) })
  await container.status()
  const guard = guardOf(container)
  const [stdin, ...others] = descriptorsOf(guard)
  test.match(stdin, /^pipe:/)
  // A shell keeps its script open, and what we ourselves got from outside everybody has.
  const web = container.processes().find(({ name }) => name === 'sleep')?.pid ?? 0
  const common = new Set(descriptorsOf(web).slice(3))
  test.strictSame(
    others.filter((link) => !link.endsWith('/pidone-guard') && !common.has(link)),
    [stdin, stdin],
  )
  test.match(readFileSync(`/proc/${guard}/environ`, 'latin1'), /^(PWD=[^\0]*\0)?LC_ALL=C\0$/)
  await until('it to be deaf', () => ignoresSignals(guard))
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const) signalProcess(guard, signal)
  test.equal((await container.supervisor('restart', 'web')).status, 0)
  test.equal(guardOf(container), guard)
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
  test.strictSame(container.processes(), [])
})

void t.test('PID 1 has no guard, nor has one without services', { skip }, async (test) => {
  const file = written({ web: { command: ['sleep', '1000'] } })
  const first = await startContainer(test, { file })
  await first.status()
  test.equal(guardsIn(first), 0)
  const idle = written({ web: { command: ['sleep', '1000'], enabled: false } })
  const second = await startContainer(test, { file: idle, pid1, program: [SUPERVISOR, 'up'] })
  await second.status().catch(() => null)
  test.equal(guardsIn(second), 0)
})

void t.test('a guard that is killed is told of once, and nothing else happens', { skip }, async (test) => {
  const container = await startContainer(test, { pid1, file: written({ web: { command: ['sleep', '1000'] } }) })
  await container.status()
  signalProcess(guardOf(container), 'SIGKILL')
  await container.line(/cannot guard the services: "\/.*\/pidone-guard" ended with SIGKILL; should/)
  test.equal((await container.supervisor('restart', 'web')).status, 0)
  test.equal(guardsIn(container), 0)
  test.match(await container.service('web'), { state: 'running', run: 2 })
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
  test.equal(container.output.all(/guard/).length, 1)
})

void t.test('in a shared PID namespace nothing of others is touched', { skip }, async (test) => {
  const services = {
    web: { script: shell('sleep 1001 & (setsid -f sleep 1002); echo up; wait'), ready: { log: 'up' } },
  }
  const file = written(services)
  const first = await startContainer(test, { pid1, file })
  await first.serviceThat('web', ({ state }) => state === 'running')
  const before = first.processes()
  const second = await startContainer(test, { file, beside: first })
  await second.serviceThat('web', ({ state }) => state === 'running')
  test.equal(first.processes().length, 2 * before.length)
  second.signal('SIGKILL')
  await second.ended
  const pids = (): readonly number[] => first.processes().flatMap(({ pid, state }) => (state === 'Z' ? [] : [pid]))
  await until('only the first to be left', () => pids().length <= before.length)
  test.strictSame(new Set(pids()), new Set(before.map(({ pid }) => pid)))
  first.signal('SIGTERM')
  test.equal((await first.end()).status, 0)
  await untilAllIsGone(first)
})

const INNER = written({
  sleeper: { script: shell('env -u HOME setsid -f sleep 1001; echo up; sleep 1002'), ready: { log: 'up' } },
})

void t.test('a supervisor below another one: who is killed takes its own along', { skip }, async (test) => {
  const inner = {
    command: [SUPERVISOR, 'up', '-f', 'inner.yaml'],
    ready: { log: 'sleeper: ready' },
    environment: { PIDONE_RUNTIME_DIR: '' },
  }
  const file = written({ inner, web: { command: ['sleep', '1003'] } })
  const container = await startContainer(test, {
    pid1,
    file,
    below: ['sh', '-c', `printf %s "$INNER" >inner.yaml; "$@"; exit $?`, 'sh'],
    environment: { INNER, XDG_RUNTIME_DIR: '/tmp' },
  })
  const { pid } = await container.serviceThat('inner', ({ state }) => state === 'running')
  // The shell of the inner service forks once more after the line that it is ready by.
  const allSleep = () =>
    until('three to sleep', () => container.names().filter((name) => name === 'sleep').length === 3)
  await allSleep()
  const names = container.names()
  test.equal(guardsIn(container), 2)
  const killed = container.processOf(pid ?? 0)?.pid ?? 0
  const web = childrenOf(container.pid).find((child) => readProcess(child)?.name === 'sleep')
  signalProcess(killed, 'SIGKILL')
  await container.serviceThat('inner', ({ state, run }) => state === 'running' && run === 2)
  await allSleep()
  test.strictSame(container.names(), names)
  test.ok(childrenOf(container.pid).includes(web ?? 0))
  container.signal('SIGKILL')
  await container.ended
  await untilAllIsGone(container)
})
