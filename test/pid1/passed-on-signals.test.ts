import t from 'tap'
import { startContainer, SUPERVISOR } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const skip = UNLESS_PID_1

/** Tells which of some signals it gets. */
function teller(...signals: readonly string[]): string {
  const traps = signals.map((signal) => `trap 'echo got ${signal}' ${signal}`).join('; ')
  return `${traps}; echo up; while :; do sleep 0.02; done`
}

const FILE = `
services:
  app: {script: "${teller('HUP', 'USR2', 'ALRM')}", ready: {log: up}, scale: 2}
  db: {script: "${teller('VTALRM')}", ready: {log: up}}
  later: {command: sleep 1000, depends_on: {job: {condition: service_completed_successfully}}}
  job: {type: oneshot, command: sleep 1000}
  off: {command: sleep 1000, enabled: false}
signals:
  USR2: {signal: HUP, to: app}
  ALRM: app-2
  VTALRM: db
  STKFLT: {to: later, signal: USR1}
`

void t.test('a signal goes to the service that the file names, as the one that it names', { skip }, async (test) => {
  const container = await startContainer(test, { file: FILE })
  for (const name of ['app-1', 'app-2', 'db']) await container.line(new RegExp(`${name}: ready`))
  container.signal('SIGUSR2')
  await container.line(/^app-1 +\| got HUP$/)
  await container.line(/^app-2 +\| got HUP$/)
  container.signal('SIGALRM')
  await container.line(/^app-2 +\| got ALRM$/)
  container.signal('SIGVTALRM')
  await container.line(/^db +\| got VTALRM$/)
  container.signal('SIGSTKFLT')
  await container.line(
    /SIGSTKFLT: cannot send SIGUSR1 to "later": it has no process: waiting for job: running, at work for [\d.]+ m?s$/,
  )
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.notMatch(text, /got USR2|app-1 +\| got ALRM/)
})

void t.test('what is mapped to no service goes to the command', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services: {app: {script: "${teller('USR2')}", ready: {log: up}}, off: {command: a, enabled: false}}
signals: {USR2: app, VTALRM: off}
`,
    command: [
      'sh',
      '-c',
      teller('USR2', 'ALRM', 'VTALRM', 'WINCH', 'PROF', 'TERM').replace("'echo got TERM'", "'exit'"),
    ],
  })
  await container.line(/^up$/)
  container.signal('SIGUSR2')
  await container.line(/^app +\| got USR2$/)
  container.signal('SIGVTALRM')
  container.signal('SIGPROF')
  container.signal('SIGALRM')
  await container.line(/^got ALRM$/)
  container.signal('SIGWINCH')
  await container.line(/^got WINCH$/)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.notMatch(text, /^got (?:USR2|VTALRM|PROF)$/m)
})

void t.test('under a terminal signals are passed on as well, and "command" has no effect', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `${FILE}command: {wait_for: started, timeout: 100ms}\n`,
    program: [SUPERVISOR, 'up', 'app-*'],
  })
  await container.line(/app-2: ready/)
  container.signal('SIGALRM')
  await container.line(/app-2 +\| got ALRM$/)
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
})
