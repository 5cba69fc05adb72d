import { readFileSync } from 'node:fs'
import t from 'tap'
import { ULIMIT_NAMES, type UlimitName } from '../../../src/core/config/model.ts'
import { INIT, startContainer, type Container } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { until } from '../support/until.ts'
import { shell, written, IDLE } from '../support/written.ts'

const skip = UNLESS_PID_1

t.jobs = 4

void t.test(
  'umask, nice, oom_score_adj, user, group_add, no_new_privileges and working_dir: what the kernel says of the process',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      plain: IDLE,
      bound: {
        ...IDLE,
        umask: '027',
        nice: 7,
        oom_score_adj: 321,
        user: 'daemon:nogroup',
        group_add: [4711],
        no_new_privileges: true,
        working_dir: '/usr/share',
      },
      makes: { type: 'oneshot', umask: '077', script: 'touch made; stat -c %a made' },
    })
    const container = await startContainer(test, { file })
    const plain = await kernelsWord(container, 'plain')
    const bound = await kernelsWord(container, 'bound')
    const groups = readFileSync('/etc/group', 'utf8')
    const nogroup = /^nogroup:[^:]*:(\d+)/m.exec(groups)?.[1] ?? ''
    test.equal(bound.field('Umask'), '0027')
    test.match(bound.field('Uid'), /^1\t1\t1\t1$/)
    test.equal(bound.field('Gid'), Array.from({ length: 4 }, () => nogroup).join('\t'))
    test.ok(bound.field('Groups').split(' ').includes('4711'))
    test.equal(bound.field('NoNewPrivs'), '1')
    test.equal(plain.field('NoNewPrivs'), '0')
    test.equal(bound.nice, 7)
    test.equal(plain.nice, 0)
    test.equal(bound.oomScoreAdj, 321)
    test.not(plain.oomScoreAdj, 321)
    test.equal(
      bound
        .read('environ')
        .split('\0')
        .find((variable) => variable.startsWith('USER=')),
      'USER=daemon',
    )
    await container.line(/^makes +\| 600$/)
  },
)

void t.test('cap_add and cap_drop: exactly the capabilities that are left', { skip, buffered: true }, async (test) => {
  const file = written({
    dropped: { ...IDLE, cap_drop: ['CHOWN', 'CAP_KILL'] },
    bare: { ...IDLE, cap_drop: ['ALL'] },
    few: { ...IDLE, cap_drop: ['ALL'], cap_add: ['CHOWN', 'SETUID'] },
    web: { ...IDLE, user: 'daemon', cap_add: ['NET_BIND_SERVICE'] },
    plain: IDLE,
    user: { ...IDLE, user: 'daemon' },
  })
  const container = await startContainer(test, { file })
  // By their numbers in capabilities(7).
  const [chown, kill, setuid, bind] = [1n << 0n, 1n << 5n, 1n << 7n, 1n << 10n] as const
  const all = (await kernelsWord(container, 'plain')).capabilities
  test.equal((await kernelsWord(container, 'dropped')).capabilities, all & ~chown & ~kill)
  test.equal((await kernelsWord(container, 'bare')).capabilities, 0n)
  test.equal((await kernelsWord(container, 'few')).capabilities, chown | setuid)
  test.equal((await kernelsWord(container, 'web')).capabilities, bind)
  test.equal((await kernelsWord(container, 'user')).capabilities, 0n)
})

/** The line of each limit in proc_pid_limits(5); `nice` and `rtprio` can be raised only by whom the kernel trusts. */
const LIMITS: Readonly<Record<UlimitName, readonly [line: string, soft: number, hard: number]>> = {
  as: ['Max address space', 4_294_967_296, 4_294_967_297],
  core: ['Max core file size', 1, 2],
  cpu: ['Max cpu time', 3600, 3700],
  data: ['Max data size', 1_073_741_824, 1_073_741_825],
  fsize: ['Max file size', 1_073_741_824, 1_073_741_826],
  memlock: ['Max locked memory', 65_536, 131_072],
  msgqueue: ['Max msgqueue size', 81_920, 819_200],
  nice: ['Max nice priority', 0, 0],
  nofile: ['Max open files', 1000, 1024],
  nproc: ['Max processes', 4000, 4096],
  rtprio: ['Max realtime priority', 0, 0],
  rttime: ['Max realtime timeout', 200_000, 200_001],
  sigpending: ['Max pending signals', 400, 4096],
  stack: ['Max stack size', 4_194_304, 8_388_608],
}

void t.test(
  'ulimits, ulimits.NAME.soft and ulimits.NAME.hard: all of them, soft and hard',
  { skip, buffered: true },
  async (test) => {
    const both = Object.fromEntries(
      ULIMIT_NAMES.map((name) => [name, { soft: LIMITS[name][1], hard: LIMITS[name][2] }]),
    )
    const file = written({
      both: { ...IDLE, ulimits: both },
      one: { ...IDLE, ulimits: { nofile: 512, core: 'unlimited', stack: -1 } },
    })
    const container = await startContainer(test, { file })
    const { limit } = await kernelsWord(container, 'both')
    test.same(
      Object.fromEntries(ULIMIT_NAMES.map((name) => [name, limit(LIMITS[name][0])])),
      Object.fromEntries(ULIMIT_NAMES.map((name) => [name, [String(LIMITS[name][1]), String(LIMITS[name][2])]])),
    )
    const one = await kernelsWord(container, 'one')
    test.same(one.limit('Max open files'), ['512', '512'])
    test.same(one.limit('Max core file size'), ['unlimited', 'unlimited'])
    test.same(one.limit('Max stack size'), ['unlimited', 'unlimited'])
  },
)

void t.test(
  'ulimits and mem_limit, cpus, pids_limit: what cannot be had is told before anything is started',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      files: { ...IDLE, ulimits: { nofile: 1_000_000_000 } },
      memory: { ...IDLE, mem_limit: '64m' },
      cpu: { ...IDLE, cpus: 0.5 },
      pids: { ...IDLE, pids_limit: 10 },
    })
    // Without /sys/fs/cgroup there is no cgroup to write, wherever this runs.
    const program = ['sh', '-c', 'mount -t tmpfs tmpfs /sys/fs/cgroup && exec "$@"', 'sh']
    const container = await startContainer(test, { file, program: [...program, INIT] })
    const { status, text } = await container.end()
    test.equal(status, 78)
    test.match(text, /services\.files\.ulimits\.nofile: the highest possible here is \d+/)
    test.match(text, /services\.memory\.mem_limit: it needs a cgroup of its own: .*"max_memory"/)
    test.match(text, /services\.cpu\.cpus: it needs a cgroup of its own: /)
    test.match(text, /services\.pids\.pids_limit: it needs a cgroup of its own: /)
    test.match(text, /4 errors/)
    test.notMatch(text, /starting/)
  },
)

void t.test('max_memory: a service whose tree takes more is restarted', { skip, buffered: true }, async (test) => {
  // The main process is small: what it has started is not.
  const big = `${process.execPath} -e 'globalThis.a = Buffer.alloc(200e6, 1); setInterval(() => {}, 1e6)'`
  const file = written({
    large: { script: shell(`${big} & wait`), max_memory: '150m' },
    small: { ...IDLE, max_memory: '150m' },
  })
  const container = await startContainer(test, { file })
  await container.line(/large: it takes [\d.]+ MiB, max_memory is 150 MiB; stopping/, { withinMs: 30_000 })
  await container.line(/large: starting \(run 2\)/)
  test.match(await container.service('small'), { state: 'running', run: 1 })
  test.ok(container.names().filter((name) => name === 'node').length <= 1, 'nothing of the first run is left')
})

/** What /proc tells of a service's main process. */
interface KernelsWord {
  readonly read: (name: string) => string
  /** A field of proc_pid_status(5). */
  readonly field: (name: string) => string
  readonly nice: number
  readonly oomScoreAdj: number
  /** The effective ones. */
  readonly capabilities: bigint
  /** Soft and hard. */
  readonly limit: (line: string) => readonly (string | undefined)[]
}

async function kernelsWord(container: Container, service: string): Promise<KernelsWord> {
  const { pid } = await container.serviceThat(service, ({ state }) => state === 'running')
  // The tools that bind it come first; it is there when its name is that of the program.
  const seen = await until('sleep', () => {
    const process = container.processOf(pid ?? 0)
    return process?.name === 'sleep' && process
  })
  const read = (name: string): string => readFileSync(`/proc/${seen.pid}/${name}`, 'utf8')
  const status = read('status')
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
  const limits = read('limits')
  return {
    read,
    field,
    nice: Number(read('stat').split(') ')[1]?.split(' ')[16]),
    oomScoreAdj: Number(read('oom_score_adj')),
    capabilities: BigInt(`0x${field('CapEff')}`),
    limit: (line) => (new RegExp(`^${line} +(\\S+) +(\\S+)`, 'm').exec(limits) ?? []).slice(1),
  }
}
