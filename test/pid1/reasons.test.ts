import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startContainer, type Scope } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { signalProcess } from './support/processes.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1

/** A database that does not come up, and what stands on it. */
const SHOP = `
name: shop
services:
  postgres:
    command: [sh, -c, 'echo "LOG: starting"; echo "FATAL: hunter2 is no disk" >&2; exec sleep 1000']
    environment: {DB_PASSWORD: hunter2}
    ready: {notify: systemd}
  migrate: {type: oneshot, command: 'true', depends_on: [postgres]}
  web: {command: sleep 1000, depends_on: [migrate]}
  crash: {script: 'echo "no table" >&2; exit 3', restart: {delay: 10m, max_delay: 10m}}
`

void t.test(
  'who waits names what it hangs on and what that has said last, in the status and in the health',
  { skip },
  async (test) => {
    const container = await startContainer(test, { file: SHOP })
    await container.serviceThat('crash', ({ state }) => state === 'backoff')
    await container.serviceThat('postgres', ({ last_line }) => last_line !== null && last_line.startsWith('FATAL'))
    const starting = String.raw`starting, not ready for [\d.]+ m?s of 1 min: no READY=1; last line: "FATAL: \*{3} is no disk"`
    const web = await container.service('web')
    test.match(web, {
      state: 'waiting',
      cause: 'dependencies',
      reason: new RegExp(`^waiting for migrate, which waits for postgres: ${starting}$`),
      waiting_for: [{ service: 'migrate', condition: 'service_completed_successfully', state: 'waiting' }],
      blocked_by: ['postgres'],
    })
    const crash = String.raw`exited with 3; next try in (9 min \d+ s|1\d min.*); last line: "no table"`
    const health = await container.supervisor('health')
    test.equal(health.status, 1)
    test.match(
      health.stdout,
      new RegExp(
        `^not well: crash: backoff: ${crash} \\| postgres: ${starting} \\| waiting for that: migrate and web\n$`,
      ),
    )
    const { stdout, status } = await container.supervisor('status')
    test.equal(status, 1)
    test.match(stdout, /^`supervisor logs postgres crash` shows more$/m)
    test.notMatch(stdout + health.stdout, /hunter2/)
    test.equal((await container.supervisor('stop', 'postgres', 'crash')).status, 0)
    test.match(
      (await container.service('web')).reason,
      /^waiting for migrate, which waits for postgres: stopped on request of root$/,
    )
    test.match(
      (await container.supervisor('status')).stdout,
      /^shop: degraded, 2 of 4 services not as wanted: migrate \(waiting\), web \(waiting\); 2 stopped on request: postgres, crash\n`supervisor start postgres` tries again$/m,
    )
  },
)

void t.test('a SIGKILL says whether it was asked for here, and how long a stop has is told', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  shot: {command: sleep 1000, restart: 'no', on_failure: ignore}
  asked: {command: sleep 1000, restart: 'no', on_failure: ignore}
  deaf: {script: 'trap "" TERM; echo deaf; while :; do sleep 0.02; done', ready: {log: deaf}, stop_grace_period: 10m}
`,
  })
  const { pid } = await container.serviceThat('shot', ({ state }) => state === 'running')
  signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGKILL')
  test.match(await container.serviceThat('shot', ({ state }) => state === 'failed'), {
    cause: 'exited',
    reason: 'killed by SIGKILL, which the supervisor did not send',
  })
  await container.supervisor('signal', 'KILL', 'asked')
  test.match(await container.serviceThat('asked', ({ state }) => state === 'failed'), {
    cause: 'exited',
    reason: 'killed by SIGKILL',
  })
  await container.serviceThat('deaf', ({ state }) => state === 'running')
  await container.supervisor('stop', '--no-wait', 'deaf')
  const deaf = await container.service('deaf')
  test.match(deaf, {
    state: 'stopping',
    cause: 'requested',
    reason: /^SIGTERM sent .* ago, SIGKILL in (9 min.*|10 min)$/,
  })
  const leftMs = Date.parse(deaf.deadline ?? '') - Date.now()
  test.ok(leftMs > 500_000 && leftMs <= 600_000, String(leftMs))
})

/** Takes memory without end. */
const HOG = `exec node -e 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))'`
const CONTROLLER = '/sys/fs/cgroup/memory'

void t.test(
  'what the kernel kills for want of memory says so, and is restarted',
  { skip: skip || whyNoGroup() },
  async (test) => {
    const folder = makeGroup(test)
    writeFileSync(join(folder, 'memory.limit_in_bytes'), '120m')
    const container = await startContainer(test, {
      below: ['sh', '-c', `echo $$ >${folder}/cgroup.procs; exec "$@"`, 'sh'],
      file: `
services:
  hog:
    script: ${JSON.stringify(HOG)}
    restart: {delay: 10m, max_delay: 10m}
    oom_score_adj: 1000
`,
    })
    test.match(await container.serviceThat('hog', ({ state }) => state === 'backoff', 30_000), {
      cause: 'out-of-memory',
      reason: /^killed by the kernel, out of memory \(SIGKILL\); next try in /,
      exit: { code: null, signal: 'SIGKILL' },
    })
    await container.line(/warning: hog: killed by the kernel, out of memory \(SIGKILL\); next try in/)
  },
)

void t.test(
  'what somebody kills does not, though the kernel has killed a neighbour for want of memory meanwhile',
  { skip: skip || whyNoGroup() },
  async (test) => {
    const folder = makeGroup(test)
    writeFileSync(join(folder, 'memory.limit_in_bytes'), '120m')
    const container = await startContainer(test, {
      file: `
services:
  app:
    command: sleep infinity
    restart: {delay: 10m, max_delay: 10m}
`,
    })
    const { pid } = await container.serviceThat('app', ({ state }) => state === 'running')
    const neighbour = spawn('sh', ['-c', `echo $$ >${folder}/cgroup.procs; ${HOG}`], { stdio: 'ignore' })
    test.strictSame(await once(neighbour, 'exit'), [null, 'SIGKILL'])
    signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGKILL')
    test.match(await container.serviceThat('app', ({ state }) => state === 'backoff'), {
      cause: 'exited',
      reason: /^killed by SIGKILL, which the supervisor did not send; next try in /,
    })
  },
)

/** For `skip`: why no cgroup (of version 1) can be made that limits memory. */
function whyNoGroup(): string | false {
  try {
    rmdirSync(newGroup())
    return false
  } catch (error) {
    return `no cgroup with limited memory can be made here: ${String(error)}`
  }
}

function makeGroup(scope: Scope): string {
  const folder = newGroup()
  scope.teardown(() =>
    until('the cgroup to be empty', () => {
      try {
        rmdirSync(folder)
        return true
      } catch {
        return false
      }
    }),
  )
  return folder
}

function newGroup(): string {
  const folder = `${CONTROLLER}/reasons-${process.pid}-${Math.floor(Math.random() * 1e9)}`
  mkdirSync(folder)
  return folder
}
