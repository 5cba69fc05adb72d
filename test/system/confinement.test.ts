import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { namesOf, ownCapabilities } from '../../src/system/capabilities.ts'
import type { UlimitName } from '../../src/core/config/model.ts'
import { readLimit } from '../../src/system/libc/limits.ts'
import { RESOURCES } from '../../src/system/rlimits.ts'
import { tempFolder } from './checks/ask.ts'
import { runFixture, UNLESS_ROOT } from './fixture.ts'

const CONTAINER = { PATH: '/usr/local/bin:/usr/bin:/bin' }
const NOBODY = { uid: 65_534, gid: 65_534, name: 'nobody', home: '/nonexistent' }
const NET_BIND_SERVICE = '0000000000000400'
const NONE = '0000000000000000'
const skip = UNLESS_ROOT

interface Outcome {
  readonly exit?: unknown
  readonly failure?: string
  readonly stdout: string
  readonly stderr: string
  readonly umask: number
}

/** The capabilities of a process, as `/proc` has them. */
interface Sets {
  readonly CapInh: string
  readonly CapPrm: string
  readonly CapEff: string
  readonly CapBnd: string
  readonly CapAmb: string
  readonly NoNewPrivs: string
}

void t.test('umask, priority, score and limits are those that were asked for', { skip }, async (test) => {
  const script =
    'umask; nice; cat /proc/self/oom_score_adj; ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc; ulimit -Sp; id -u'
  const keys = {
    argv: sh(script),
    umask: 0o27,
    nice: 7,
    oomScoreAdj: 321,
    ulimits: {
      nofile: { soft: 500, hard: 600 },
      core: { soft: 0, hard: 'unlimited' },
      nproc: { soft: 900, hard: 900 },
    },
  }
  for (const [user, uid] of [
    [null, '0'],
    [NOBODY, '65534'],
  ] as const) {
    const { stdout, stderr, umask } = await run({ ...keys, user })
    test.same(stdout.split('\n'), ['0027', '7', '321', '500', '600', '0', 'unlimited', '900', uid, ''], stderr)
    test.equal(umask, process.umask(), 'the own umask is as it was')
  }
})

void t.test('each holds alone', { skip }, async (test) => {
  const own = String(getPriority())
  for (const [keys, expected] of [
    [{ umask: 0 }, `0000 ${own} 0`],
    [{ nice: -3 }, `${mask()} -3 0`],
    [{ oomScoreAdj: 1000 }, `${mask()} ${own} 1000`],
    [{ nice: getPriority() }, `${mask()} ${own} 0`],
  ] as const) {
    const argv = sh('echo $(umask) $(nice) $(cat /proc/$$/oom_score_adj)')
    test.equal((await run({ argv, ...keys })).stdout, `${expected}\n`)
  }
})

void t.test('a limit of open files holds over that of the container, and may be a low one', { skip }, async (test) => {
  const keys = { argv: sh('ulimit -Sn; ulimit -Hn'), user: NOBODY, nice: 1, oomScoreAdj: 1 }
  const low = { ...keys, ulimits: { nofile: { soft: 4, hard: 4 } } }
  test.equal((await run(low)).stdout, '4\n4\n')
  const high = { ...keys, ulimits: { nofile: { soft: 2000, hard: 2500 } } }
  const limited = ['prlimit', '--nofile=3000:3000', '--']
  test.equal((await run(high, { chain: limited, softFileLimit: '300' })).stdout, '2000\n2500\n')
})

void t.test('every limit can be set by its name', { skip }, async (test) => {
  const limits = Object.keys(RESOURCES).map((name) => [name, readLimit(RESOURCES[name as UlimitName])] as const)
  const ulimits = Object.fromEntries(
    limits.map(([name, limit]) => [name, { soft: numberOf(limit?.soft), hard: numberOf(limit?.hard) }]),
  )
  const { exit, stderr } = await run({ argv: ['true'], ulimits })
  test.same({ exit, stderr }, { exit: { kind: 'code', code: 0 }, stderr: '' })
})

void t.test('root keeps only the capabilities that are left to it', { skip }, async (test) => {
  const all = await sets({})
  const one = { CapInh: NONE, CapPrm: NET_BIND_SERVICE, CapEff: NET_BIND_SERVICE, CapBnd: NET_BIND_SERVICE }
  test.match(await sets({ capDrop: ['ALL'], capAdd: ['NET_BIND_SERVICE'] }), { ...one, CapAmb: NONE })
  test.match(await sets({ capDrop: ['ALL'] }), { CapPrm: NONE, CapEff: NONE, CapBnd: NONE })
  const chown = await sets({ capDrop: ['CHOWN'] })
  test.equal(BigInt(`0x${all.CapBnd}`) - BigInt(`0x${chown.CapBnd}`), 1n)
  test.same(await sets({ capAdd: ['ALL'], capDrop: ['CHOWN'] }), chown)
  test.same(await sets({ capAdd: ['ALL'] }), all)
  const inherited = await sets({ capDrop: ['CHOWN'] }, { chain: ['setpriv', '--inh-caps=+chown,+kill', '--'] })
  test.match(inherited, { CapInh: '0000000000000020', CapPrm: chown.CapPrm })
})

void t.test('another user has the capabilities that were added, and no others', { skip }, async (test) => {
  const added = {
    CapInh: NET_BIND_SERVICE,
    CapPrm: NET_BIND_SERVICE,
    CapEff: NET_BIND_SERVICE,
    CapAmb: NET_BIND_SERVICE,
  }
  const { CapBnd } = await sets({})
  const keys = { user: NOBODY, capAdd: ['NET_BIND_SERVICE'] }
  test.same(await sets(keys), { ...added, CapBnd, NoNewPrivs: '0' })
  const only = await sets({ ...keys, capDrop: ['ALL'], noNewPrivileges: true })
  test.same(only, { ...added, CapBnd: NET_BIND_SERVICE, NoNewPrivs: '1' })
  test.match(await sets({ user: NOBODY, capAdd: ['ALL'] }), { CapEff: CapBnd, CapAmb: CapBnd })
  test.match(await sets({ user: NOBODY, capDrop: ['ALL'] }), { CapEff: NONE, CapBnd: NONE, CapAmb: NONE })
})

void t.test('a supervisor without rights gives away what it has', { skip }, async (test) => {
  const ids = ['--reuid=65534', '--regid=65534', '--clear-groups']
  const chain = ['setpriv', ...ids, '--inh-caps=+cap_10,+cap_0', '--ambient-caps=+cap_10,+cap_0', '--']
  test.match(await sets({ capDrop: ['ALL'], capAdd: ['NET_BIND_SERVICE'], noNewPrivileges: true }, { chain }), {
    CapEff: NET_BIND_SERVICE,
    CapAmb: NET_BIND_SERVICE,
    NoNewPrivs: '1',
  })
  const { failure } = await run({ argv: ['true'], capDrop: ['ALL'] }, { chain })
  test.equal(
    failure,
    'cannot drop the capability "CHOWN": the supervisor lacks the capability SETPCAP; ' +
      'add "no_new_privileges: true", which does the same',
  )
})

void t.test('new privileges can be forbidden without any right', { skip }, async (test) => {
  const chain = ['setpriv', '--bounding-set=-all', '--']
  test.match(await sets({ noNewPrivileges: true, capDrop: ['ALL'] }, { chain }), { NoNewPrivs: '1', CapEff: NONE })
})

void t.test("what looks like an option of a tool is the command's own", { skip }, async (test) => {
  const folder = tempFolder(test)
  for (const name of ['--version', '-n', '--', 'a=b']) {
    writeFileSync(join(folder, name), '#!/bin/sh\nprintf "%s\\n" "$(basename -- "$0") $*"\n')
    chmodSync(join(folder, name), 0o755)
  }
  chmodSync(folder, 0o755)
  const environment = { PATH: `${folder}:${CONTAINER.PATH}` }
  const chains: readonly Record<string, unknown>[] = [
    { oomScoreAdj: 1 },
    { nice: 1 },
    { ulimits: { core: { soft: 0, hard: 0 } } },
    { noNewPrivileges: true },
    { user: NOBODY, nice: 2, oomScoreAdj: 2, ulimits: { core: { soft: 0, hard: 0 } } },
  ]
  for (const keys of chains) {
    for (const name of ['--version', '-n', '--', 'a=b']) {
      const { stdout, stderr } = await run({ argv: [name, '--', '--help', '-n'], ...keys }, { environment })
      test.equal(stdout, `${name} -- --help -n\n`, stderr)
    }
  }
})

const WITHOUT_RIGHTS = ['setpriv', '--bounding-set=-all', '--']

for (const [keys, failure, chain] of [
  [
    { ulimits: { nproc: { soft: 1, hard: 2 ** 40 } } },
    /^cannot limit "nproc" to 1:1099511627776: the supervisor's own hard limit is \d+, and it may not raise it \(EPERM\); start the container with --ulimit nproc=1099511627776$/,
    WITHOUT_RIGHTS,
  ],
  [
    { ulimits: { nofile: { soft: 'unlimited', hard: 'unlimited' } } },
    /^cannot limit "nofile" to unlimited: the kernel allows at most \d+ \(fs.nr_open\)$/,
    [],
  ],
  [
    { ulimits: { core: { soft: 2, hard: 1 } } },
    /^cannot limit "core" to 2:1: the soft limit is above the hard one$/,
    [],
  ],
  [
    { nice: -5 },
    /^cannot set "nice" to -5: (EACCES|EPERM); start the container with --cap-add SYS_NICE$/,
    WITHOUT_RIGHTS,
  ],
  [
    { oomScoreAdj: -5 },
    /^cannot set "oom_score_adj" to -5: EACCES; start the container with --cap-add SYS_RESOURCE$/,
    WITHOUT_RIGHTS,
  ],
  [{ user: NOBODY }, /^cannot switch to user "nobody": the supervisor lacks the capability SETUID$/, WITHOUT_RIGHTS],
  [{ groupAdd: [4] }, /^cannot set the groups: the supervisor lacks the capability SETGID$/, WITHOUT_RIGHTS],
  [
    { capAdd: ['SYS_TIME', 'NET_RAW'], user: NOBODY },
    /^cannot add the capability "NET_RAW": the supervisor itself does not have it; start the container with --cap-add NET_RAW$/,
    ['setpriv', '--bounding-set=-net_raw', '--'],
  ],
  [
    { capDrop: ['CHOWN'] },
    /^cannot drop the capability "CHOWN": the supervisor lacks the capability SETPCAP; start the container with --cap-add SETPCAP$/,
    ['setpriv', '--bounding-set=-setpcap', '--'],
  ],
] as const) {
  void t.test(`${JSON.stringify(keys)} says why it cannot be`, { skip }, async (test) => {
    const outcome = await run({ argv: ['true'], ...keys }, { chain })
    test.match(outcome.failure, failure)
  })
}

void t.test(
  'hard limits and scores beyond our own are given by who may, and tried without a trace',
  { skip: UNLESS_ROOT || (!namesOf(ownCapabilities()?.effective ?? 0n).includes('SYS_RESOURCE') && 'no SYS_RESOURCE') },
  async (test) => {
    const script = 'ulimit -Sn; ulimit -Hn; nice; cat /proc/self/oom_score_adj; cat /proc/$PPID/oom_score_adj'
    const keys = { argv: sh(script), ulimits: { nofile: { soft: 10, hard: 30_000 } }, nice: -1, oomScoreAdj: -1 }
    const chain = ['prlimit', '--nofile=3000:3000', '--']
    test.equal((await run(keys, { chain })).stdout, '10\n30000\n-1\n-1\n0\n')
  },
)

void t.test('the command is checked behind the chain', { skip }, async (test) => {
  const folder = tempFolder(test)
  symlinkSync('/nonexistent', join(folder, 'web'))
  const { failure } = await run({ argv: ['wbe'], nice: 1, user: NOBODY }, { environment: { PATH: folder } })
  test.equal(failure, `cannot execute "wbe": not found in PATH (${folder})`)
})

interface Around {
  readonly environment?: Readonly<Record<string, string>>
  readonly chain?: readonly string[]
  readonly softFileLimit?: string
}

async function run(keys: Record<string, unknown>, around: Around = {}): Promise<Outcome> {
  const { environment = {}, chain = [], softFileLimit } = around
  const args = [JSON.stringify({ ...CONTAINER, ...environment }), JSON.stringify(keys)]
  const said = softFileLimit === undefined ? [] : [softFileLimit]
  return (await runFixture(chain, 'runs-service', [...args, ...said])) as Outcome
}

async function sets(keys: Record<string, unknown>, around: Around = {}): Promise<Sets> {
  const { stdout, stderr, failure } = await run({ argv: ['cat', '/proc/self/status'], ...keys }, around)
  const fields = [...stdout.matchAll(/^(Cap\w+|NoNewPrivs):\s*(\w+)$/gm)].map(([, name, value]) => [name, value])
  if (fields.length === 0) throw new Error(failure ?? stderr)
  return Object.fromEntries(fields) as Sets
}

function numberOf(limit = 0n): number | 'unlimited' {
  return limit >= 2n ** 63n ? 'unlimited' : Number(limit)
}

function sh(script: string): readonly string[] {
  return ['/bin/sh', '-c', script]
}

function mask(): string {
  return process.umask().toString(8).padStart(4, '0')
}
