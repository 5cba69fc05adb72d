import t from 'tap'
import { enter, inside, startImage } from '../support/image.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { seeThrough, SMALL_STACK, stopInOrder } from '../support/small-stack.ts'
import { until } from '../support/until.ts'

const skip = UNLESS_PID_1
t.jobs = 4

const READ_ONLY = 'mount -o remount,bind,ro data; mount -o remount,ro .'
const STRICT = 'noexec,nosuid,nodev'

for (const [name, change] of [
  ['a read-only root with a tmpfs on /run', `mount -t tmpfs x run; ${READ_ONLY}`],
  ['a read-only root with a tmpfs on /tmp alone', `mount -t tmpfs -o mode=1777 x tmp; ${READ_ONLY}`],
  ['noexec, nosuid and nodev on /run and /tmp', `mount -t tmpfs -o ${STRICT} x run; mount -t tmpfs -o ${STRICT} x tmp`],
  ['no inode left in /run', 'mount -t tmpfs -o nr_inodes=1 x run'],
  ['no block left in /run', 'mount -t tmpfs -o size=4k x run; echo full >run/file'],
] as const) {
  void t.test(`with ${name} all is as ever`, { skip, buffered: true }, async (test) => {
    const container = await startImage(test, { file: SMALL_STACK, change })
    test.notMatch(await seeThrough(test, container), /warning|error/)
  })
}

const WITHOUT = 'going on without: no command such as "supervisor status" can reach this supervisor'
const NO_FOLDER =
  'cannot make a folder for run-time files: "/run/pidone": EROFS; "/tmp/pidone-0": EROFS; set PIDONE_RUNTIME_DIR to one'

for (const [name, change, why] of [
  ['where nothing can be written', READ_ONLY, NO_FOLDER],
  [
    'where the folder is there and has no inode left',
    'mkdir -p run/pidone; mount -t tmpfs -o nr_inodes=1 x run/pidone',
    'cannot open the control socket "/run/pidone/control.sock": ENOSPC: no space left on device, mkdtemp \'/run/pidone/.claim-XXXXXX\'',
  ],
] as const) {
  void t.test(`${name} the services run, and nobody can ask`, { skip, buffered: true }, async (test) => {
    const container = await startImage(test, { file: SMALL_STACK, change })
    await container.line(/app: healthy/)
    test.match(await inside(container, ['status']), {
      status: 3,
      stderr: /no supervisor is running: nobody listens on /,
    })
    const text = await stopInOrder(test, container)
    test.equal(text.split('\n')[0], `supervisor: warning: ${why}; ${WITHOUT}`)
  })
}

void t.test('CMD and its status need no place to write', { skip, buffered: true }, async (test) => {
  const container = await startImage(test, {
    file: SMALL_STACK,
    change: READ_ONLY,
    command: ['sh', '-c', 'echo at work; exit 7'],
  })
  const { status, text } = await container.end()
  test.equal(status, 7)
  test.match(text, /app: ready [^]*^at work$[^]*db: stopped, killed by SIGTERM[^]*ended with status 7/m)
})

void t.test(
  'without a place for its socket a service that notifies is refused before anything starts',
  { skip, buffered: true },
  async (test) => {
    const container = await startImage(test, {
      file: "services: {other: {command: [sleep, '1000']}, web: {command: [sleep, '1000'], ready: {notify: systemd}}}",
      change: READ_ONLY,
    })
    test.same(await container.end(), {
      status: 70,
      text: `supervisor: cannot start "web", which needs a socket for its notifications: ${NO_FOLDER}\n`,
    })
  },
)

void t.test('one that is not enabled needs no such place', { skip, buffered: true }, async (test) => {
  const container = await startImage(test, {
    file: "services: {web: {command: [sleep, '1000'], ready: {notify: systemd}, enabled: false}}",
    change: READ_ONLY,
    command: ['sh', '-c', 'exit 7'],
  })
  test.equal((await container.end()).status, 7)
})

void t.test(
  'a /run that fills up costs what needs room, until there is room again',
  { skip, buffered: true },
  async (test) => {
    const container = await startImage(test, {
      file: `
services:
  db: {script: 'until [ -e go ]; do sleep 0.02; done; echo up; exec sleep 1000', ready: {log: up}}
  web: {command: [sleep, '1000'], ready: {notify: systemd}, depends_on: [db], restart: {max_delay: 200ms}, start_timeout: 5m}
`,
      change: 'mount -t tmpfs -o nr_inodes=8 x run',
    })
    await until('a supervisor to ask', async () => (await inside(container, ['status'])).stdout.includes('starting'))
    await enter(container, ['sh', '-c', 'i=0; while true >/run/fill$i; do i=$((i+1)); done; true >/data/go'])
    await container.line(/warning: web: cannot open the notification socket "\/run\/pidone\/notify\/web.sock": ENOSPC/)
    test.match((await inside(container, ['status'])).stdout, /^db +running [^]*web +(backoff|starting)/m)
    await enter(container, ['sh', '-c', 'rm /run/fill*'])
    await until('web to be there', async () =>
      /^web +starting +- +\d/m.test((await inside(container, ['status'])).stdout),
    )
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  },
)

void t.test('the ready file comes as soon as there is room for it', { skip, buffered: true }, async (test) => {
  const container = await startImage(test, {
    file: "services: {db: {script: 'until [ -e go ]; do sleep 0.02; done; echo up; exec sleep 1000', ready: {log: up}}}",
    change: 'mount -t tmpfs -o nr_inodes=8 x run',
  })
  const isReady = async (): Promise<boolean> =>
    (await enter(container, ['test', '-e', '/run/pidone/ready'])).status === 0
  await until('a supervisor to ask', async () => (await inside(container, ['status'])).stdout.includes('starting'))
  await enter(container, ['sh', '-c', 'i=0; while true >/run/fill$i; do i=$((i+1)); done; true >/data/go'])
  await container.line(/^supervisor: warning: cannot open "\/run\/pidone\/ready": ENOSPC$/)
  test.notOk(await isReady())
  await enter(container, ['sh', '-c', 'rm /run/fill*'])
  await until('the file', isReady)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.equal(text.match(/warning/g)?.length, 1, text)
})
