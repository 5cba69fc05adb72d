import t from 'tap'
import { startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const skip = UNLESS_PID_1

/** Below another PID 1, since with PID 1 the kernel would end whatever it forgot. */
const pid1 = 'parent'

interface Moment {
  readonly name: string
  readonly file: string
  /** The line that says that the moment has come. */
  readonly line: RegExp
  readonly told: RegExp
}

const MOMENTS: readonly Moment[] = [
  {
    name: 'a oneshot that others wait for',
    file: `
services:
  initdb: {type: oneshot, script: 'echo working; sleep 1000'}
  db: {command: [sleep, '1000'], depends_on: [initdb]}
`,
    line: /initdb +\| working/,
    told: /initdb: stopped, killed by SIGTERM/,
  },
  {
    name: 'a wait for READY=1',
    file: `
services:
  db: {script: 'echo up; exec sleep 1000', ready: {notify: systemd}}
  app: {command: [sleep, '1000'], depends_on: [db]}
`,
    line: /db +\| up/,
    told: /db: stopped, killed by SIGTERM/,
  },
  {
    name: 'a wait for an HTTP answer',
    file: `
services:
  db: {script: 'echo up; exec sleep 1000', ready: {http: 'http://127.0.0.1:1/'}}
  app: {command: [sleep, '1000'], depends_on: [db]}
`,
    line: /db +\| up/,
    told: /db: stopped, killed by SIGTERM/,
  },
  {
    name: 'a readiness command that hangs and ignores SIGTERM',
    file: `
services:
  db:
    command: [sleep, '1000']
    ready:
      exec: [sh, -c, 'trap "" TERM; touch asked; mkfifo pipe; sleep 1000 & echo asked > said; sleep 1000']
      timeout: 10m
    start_timeout: 10m
  teller: {script: 'until [ -e said ]; do sleep 0.02; done; echo asked; exec sleep 1000'}
`,
    line: /teller +\| asked/,
    told: /db: stopped, killed by SIGTERM/,
  },
  {
    name: 'a back-off',
    file: `
services:
  db: {script: 'exit 9', restart: {policy: on-failure, delay: 10m, max_delay: 10m}}
  app: {command: [sleep, '1000'], depends_on: {db: {condition: service_completed}}}
`,
    line: /db: exited with 9; next try in \d+/,
    told: /ended with status 0/,
  },
  {
    name: 'a restart that waits for the old run to end',
    file: `
services:
  db:
    script: 'trap "" TERM; touch deaf; while :; do sleep 0.02; done'
    stop_grace_period: 100ms
    ready: {delay: 0s}
    healthcheck: {test: [CMD, test, '!', -e, deaf], interval: 20ms, retries: 1}
`,
    line: /db: unhealthy: a check failed/,
    told: /db: its grace period is over; SIGKILL/,
  },
]

for (const { name, file, line, told } of MOMENTS) {
  void t.test(`SIGTERM during ${name} ends in order, with nothing left alive`, { skip }, async (test) => {
    const container = await startContainer(test, { file, pid1 })
    await container.line(line)
    container.signal('SIGTERM')
    const { status, text } = await container.end()
    test.equal(status, 0, text)
    test.match(text, told)
    test.notMatch(text, /app: starting/)
    test.strictSame(container.processes(), [])
  })
}

void t.test('independent services stop side by side', { skip }, async (test) => {
  const script = `trap "sleep 0.3; exit 0" TERM; echo up; while :; do sleep 0.02; done`
  const names = ['a', 'b', 'c', 'd']
  const lines = names.map((name) => `  ${name}: {script: '${script}', ready: {log: up}}`)
  const container = await startContainer(test, { file: `services:\n${lines.join('\n')}\n`, pid1 })
  await Promise.all(names.map((name) => container.line(new RegExp(`${name}: ready`))))
  container.signal('SIGTERM')
  await container.end()
  const order = container.output.all(/(stopping|stopped)/).map(({ match }) => match[1])
  test.strictSame(order, [...names.map(() => 'stopping'), ...names.map(() => 'stopped')])
})

void t.test('what is stopped by SIGSTOP is woken to end', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  asleep: {script: 'trap "echo woken; exit 0" TERM; echo up; kill -STOP $$$$; while :; do sleep 0.02; done', ready: {log: up}}
`,
  })
  await container.line(/asleep: ready/)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /^asleep +\| woken$/m)
})

void t.test('a service that was asked to stop is not restarted, and start brings it back', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {web: {command: [sleep, '1000']}, other: {command: [sleep, '1000']}}",
  })
  const first = await container.service('web')
  test.equal((await container.supervisor('stop', 'web')).status, 0)
  test.match(await container.service('web'), {
    state: 'stopped',
    reason: 'stopped on request of root',
    wanted: false,
    well: true,
    pid: null,
  })
  test.equal((await container.supervisor('start', 'web')).status, 0)
  const second = await container.service('web')
  test.match(second, { state: 'running', restarts: 0, run: 2 })
  test.not(second.pid, first.pid)
  test.equal((await container.supervisor('restart', 'web')).status, 0)
  test.match(await container.service('web'), { state: 'running', run: 3 })
})
