import { readFileSync } from 'node:fs'
import t from 'tap'
import { startContainer } from './support/container.ts'
import { descriptorsOf } from './support/processes.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1

/** An app that needs a server; both tell which signal they get. */
const PAIR = `
services:
  server:
    script: |
      trap 'echo got TERM; exit 0' TERM
      echo up
      while :; do sleep 0.02; done
    ready: {log: up}
  app:
    script: |
      trap 'echo got TERM; exit 0' TERM
      echo up
      while :; do sleep 0.02; done
    ready: {log: up}
    depends_on: [server]
`

for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGPWR'] as const) {
  void t.test(
    `${signal} to PID 1 stops everything in order, the dependents first, with status 0`,
    { skip },
    async (test) => {
      const container = await startContainer(test, { file: PAIR })
      await container.line(/app: ready/)
      container.signal(signal)
      const { status, text } = await container.end()
      test.equal(status, 0)
      const lines = text.trimEnd().split('\n')
      const told = lines.slice(lines.indexOf(`supervisor | shutting down: ${signal}`))
      test.strictSame(
        told.filter((line) => line.startsWith('supervisor')),
        [
          `supervisor | shutting down: ${signal}`,
          'supervisor | app: stopping (SIGTERM, SIGKILL after 10 s)',
          'supervisor | app: stopped, exited with 0',
          'supervisor | server: stopping (SIGTERM, SIGKILL after 10 s)',
          'supervisor | server: stopped, exited with 0',
          `supervisor | ended with status 0: ${signal}`,
        ],
      )
      test.ok(lines.indexOf('app        | got TERM') < lines.indexOf('server     | got TERM'), text)
    },
  )
}

const STUBBORN = `
services:
  stubborn:
    script: |
      trap '' TERM
      echo up
      while :; do sleep 0.02; done
    ready: {log: up}
    stop_grace_period: 10m
`

void t.test('a second SIGTERM kills at once', { skip }, async (test) => {
  const container = await startContainer(test, { file: STUBBORN })
  await container.line(/stubborn: ready/)
  container.signal('SIGTERM')
  await container.line(/stubborn: stopping/)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /killing all that is left/)
  test.match(text, /stubborn: stopped, killed by SIGKILL/)
})

void t.test('shutdown.timeout kills what is left when it is over', { skip }, async (test) => {
  const container = await startContainer(test, { file: `${STUBBORN}shutdown: {timeout: 100ms}\n` })
  await container.line(/stubborn: ready/)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /stubborn: stopped, killed by SIGKILL/)
})

void t.test('SIGUSR1 logs the status and opens no inspector', { skip }, async (test) => {
  const container = await startContainer(test, { file: PAIR })
  await container.line(/app: ready/)
  const before = listening(container.pid)
  container.signal('SIGUSR1')
  const { match } = await container.line(/^supervisor \| server: running, pid (\d+)$/)
  test.equal(container.processOf(Number(match[1]))?.name, 'sh')
  await container.line(/^supervisor \| app: running, pid \d+$/)
  test.strictSame(before, [])
  test.strictSame(listening(container.pid), [])
  test.notMatch(container.output.text(), /Debugger|inspector/)
})

void t.test('SIGHUP is accepted and said to be not there yet', { skip }, async (test) => {
  const container = await startContainer(test, { file: PAIR })
  await container.line(/app: ready/)
  container.signal('SIGHUP')
  await container.line(/SIGHUP: reloading the file is not possible yet/)
  test.equal((await container.status()).state, 'running')
})

/** All that a process can catch, but those that mean something here, and those that tell of its own faults. */
const WITHOUT_MEANING = [
  'SIGUSR2',
  'SIGALRM',
  'SIGVTALRM',
  'SIGPROF',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
  'SIGTRAP',
  'SIGSTKFLT',
  'SIGPIPE',
  'SIGIO',
  'SIGCHLD',
  'SIGURG',
  'SIGWINCH',
  'SIGCONT',
  'SIGTTIN',
  'SIGTTOU',
  'SIGTSTP',
] as const

for (const pid1 of ['program', 'parent'] as const) {
  const where = pid1 === 'program' ? 'as PID 1' : 'below another PID 1'
  void t.test(`${where} no signal without a meaning ends it`, { skip }, async (test) => {
    const container = await startContainer(test, { file: PAIR, pid1 })
    await container.line(/app: ready/)
    for (const signal of WITHOUT_MEANING) {
      // These stop what is not PID 1, as they stop any program; SIGCONT wakes it.
      container.signal(signal)
      container.signal('SIGCONT')
      test.equal((await container.status()).state, 'running', signal)
    }
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  })
}

void t.test('a hundred signals at once do no harm', { skip }, async (test) => {
  const container = await startContainer(test, { file: PAIR })
  await container.line(/app: ready/)
  for (let count = 0; count < 100; count += 1) {
    container.signal('SIGUSR1')
    container.signal('SIGHUP')
    container.signal('SIGCHLD')
  }
  await container.line(/app: running/)
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
})

void t.test('a signal before anything has started ends it all the same', { skip }, async (test) => {
  // Before Node listens, the kernel keeps signals away from PID 1; then the first one that arrives counts.
  const container = await startContainer(test, { file: PAIR })
  await until('it to hear', () => {
    const isHeard = container.output.all(/shutting down/).length > 0
    if (!isHeard) container.signalIfThere('SIGTERM')
    return isHeard
  })
  test.equal((await container.end()).status, 0)
})

/** Local addresses on which a process listens for TCP, as in proc_pid_net_tcp(5). */
function listening(pid: number): readonly string[] {
  const sockets = new Set(descriptorsOf(pid).map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''))
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(inode ?? ''))
      .map(([, address]) => address ?? ''),
  )
}
