import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import type { CgroupRefusal, Powers, World } from '../../../src/core/config/world.ts'
import { treeOf } from './tree-of.ts'
import { ALL_POWERS, worldOf } from './world-of.ts'

/** The service `a` with these keys, and what is wrong with them as `code path: message`. */
function read(
  keys: string,
  world: Partial<World> = {},
): { readonly service: ServiceConfig | undefined; readonly told: readonly string[] } {
  const { config, problems } = readConfig(treeOf(`services: {a: {command: a, ${keys}}}`), worldOf(world))
  const told = problems.map(({ code, path, message }) => `${code} ${path.replace('services.a.', '')}: ${message}`)
  return { service: config?.services.get('a'), told }
}

const READ: readonly (readonly [string, Partial<ServiceConfig>])[] = [
  ['umask: 022', { umask: 0o22 }],
  ['umask: "0o027"', { umask: 0o27 }],
  ['umask: 0777', { umask: 0o777 }],
  ['umask: "0"', { umask: 0 }],
  ['nice: -20', { nice: -20 }],
  ['nice: "19"', { nice: 19 }],
  ['oom_score_adj: -1000', { oomScoreAdj: -1000 }],
  ['oom_score_adj: 1000', { oomScoreAdj: 1000 }],
  [
    'ulimits: {nofile: {soft: 20000, hard: 40000}, core: 0, memlock: -1, nproc: "7", stack: unlimited}',
    {
      ulimits: new Map([
        ['core', { soft: 0, hard: 0 }],
        ['memlock', { soft: 'unlimited', hard: 'unlimited' }],
        ['nofile', { soft: 20_000, hard: 40_000 }],
        ['nproc', { soft: 7, hard: 7 }],
        ['stack', { soft: 'unlimited', hard: 'unlimited' }],
      ]),
    },
  ],
  ['ulimits: {nofile: {soft: 1024, hard: -1}}', { ulimits: new Map([['nofile', { soft: 1024, hard: 'unlimited' }]]) }],
  ['cap_add: [net_admin, CAP_SYS_TIME, Cap_Chown]', { capAdd: ['NET_ADMIN', 'SYS_TIME', 'CHOWN'] }],
  ['cap_drop: [all], cap_add: [kill]', { capDrop: ['ALL'], capAdd: ['KILL'] }],
  ['cap_add: [ALL], cap_drop: [kill]', { capDrop: ['KILL'], capAdd: ['ALL'] }],
  ['no_new_privileges: "yes"', { noNewPrivileges: true }],
  ['mem_limit: 64m', { cgroup: { memoryBytes: 64 * 1024 * 1024, cpus: null, pids: null } }],
  ['mem_limit: 1048576', { cgroup: { memoryBytes: 1_048_576, cpus: null, pids: null } }],
  ['cpus: "0.5", pids_limit: 100', { cgroup: { memoryBytes: null, cpus: 0.5, pids: 100 } }],
  ['pids_limit: -1', { cgroup: null }],
  ['max_memory: 1g', { maxMemoryBytes: 1024 ** 3 }],
]

for (const [keys, expected] of READ) {
  void t.test(`reads ${keys}`, async (test) => {
    const { service, told } = read(keys)
    test.same(told, [])
    for (const [key, value] of Object.entries(expected)) test.same(service?.[key as keyof ServiceConfig], value)
  })
}

const WRONG: readonly (readonly [string, readonly string[]])[] = [
  ['umask: 088', ['bad-value umask: expected an octal mask from "000" to "777", found 088']],
  ['umask: 1777', ['bad-value umask: expected an octal mask from "000" to "777", found 1777']],
  ['nice: 20', ['bad-value nice: expected a whole number from -20 to 19, found 20']],
  ['oom_score_adj: -1001', ['bad-value oom_score_adj: expected a whole number from -1000 to 1000, found -1001']],
  [
    'ulimits: {nofiles: 1, core: -2, cpu: 1.5, nproc: unlimitd}',
    [
      'unknown-key ulimits.nofiles: unknown key "nofiles"; did you mean "nofile"?',
      'bad-value ulimits.core: expected a whole number, or -1 or "unlimited" for no limit, found -2',
      'bad-value ulimits.cpu: expected a whole number, or -1 or "unlimited" for no limit, found 1.5',
      'bad-value ulimits.nproc: expected a whole number, or -1 or "unlimited" for no limit, found "unlimitd"',
    ],
  ],
  [
    'ulimits: {nofile: {soft: 10}, nproc: {soft: 10, hard: 9}, core: {soft: -1, hard: 9}}',
    [
      'missing-key ulimits.nofile: "hard" is missing',
      'bad-value ulimits.nproc.soft: the soft limit 10 is over the hard limit 9; lower it, or raise "hard"',
      'bad-value ulimits.core.soft: the soft limit unlimited is over the hard limit 9; lower it, or raise "hard"',
    ],
  ],
  [
    'cap_add: [NET_ADMN, CAP_SYS_TIM, FLY]',
    [
      'bad-value cap_add[0]: expected a capability such as "NET_ADMIN", found "NET_ADMN"; did you mean "NET_ADMIN"?',
      'bad-value cap_add[1]: expected a capability such as "NET_ADMIN", found "CAP_SYS_TIM"; did you mean "CAP_SYS_TIME"?',
      'bad-value cap_add[2]: expected a capability such as "NET_ADMIN", found "FLY"',
    ],
  ],
  ['cap_drop: [KILL, cap_kill]', ['duplicate-key cap_drop[1]: "KILL" is listed twice']],
  [
    'cap_drop: [KILL], cap_add: [CHOWN, kill]',
    ['conflicting-keys cap_add[1]: "KILL" is in "cap_add" and in "cap_drop"; take it out of one of them'],
  ],
  [
    'mem_limit: 512',
    ['bad-value mem_limit: expected a size of at least "1m", found 512; a bare number is bytes, write "512m"'],
  ],
  ['mem_limit: 0', ['bad-value mem_limit: expected a size of at least "1m", found 0']],
  ['max_memory: 1023k', ['bad-value max_memory: expected a size of at least "1m", found "1023k"']],
  ['max_memory: 1x', ['bad-value max_memory: expected a size such as "64m" or "1g", found "1x"']],
  ['cpus: 0', ['bad-value cpus: expected a number of cores such as 0.5, found 0']],
  ['pids_limit: 0', ['bad-value pids_limit: expected a whole number over 0, or -1 for no limit, found 0']],
]

for (const [keys, expected] of WRONG) {
  void t.test(`tells what is wrong with ${keys}`, async (test) => {
    test.same(read(keys).told, expected)
  })
}

function powers(changes: Partial<Powers>): Partial<World> {
  return { powers: () => ({ ...ALL_POWERS, ...changes }) }
}

const NOTHING: Partial<World> = powers({ capabilities: new Set(), lowestNice: 0, lowestOomScoreAdj: 0 })
const LACKING = 'which the supervisor lacks; start the container with "docker run --cap-add'

const CLOSED: CgroupRefusal = { why: 'none', cause: 'closed' }

const MACHINE: readonly (readonly [string, Partial<World>, readonly string[]])[] = [
  [
    'nice: -1',
    NOTHING,
    [
      'missing-privilege nice: the lowest possible here is 0; start the container with "docker run --cap-add SYS_NICE", or ask for less',
    ],
  ],
  ['nice: 0', NOTHING, []],
  [
    'nice: -5',
    { ...NOTHING, currentUid: 1000 },
    ['missing-privilege nice: the lowest possible here is 0; start it as root, or ask for less'],
  ],
  [
    'oom_score_adj: -1',
    { ...NOTHING, mode: 'up' },
    ['missing-privilege oom_score_adj: the lowest possible here is 0; start it as root, or ask for 0 or more'],
  ],
  ['oom_score_adj: 0', NOTHING, []],
  [
    'ulimits: {nofile: 2000, nproc: {soft: 1, hard: -1}, core: 0}',
    powers({
      hardLimits: new Map([
        ['nofile', 1024],
        ['nproc', 5],
        ['core', 0],
      ]),
    }),
    [
      'missing-privilege ulimits.nofile: the highest possible here is 1024; start the container with "docker run --ulimit nofile=2000", or ask for less',
      'missing-privilege ulimits.nproc: the highest possible here is 5; start the container with "docker run --ulimit nproc=-1", or ask for less',
    ],
  ],
  ['ulimits: {nofile: {soft: 1, hard: 1024}}', powers({ hardLimits: new Map([['nofile', 1024]]) }), []],
  [
    'cap_add: [ALL, KILL]',
    NOTHING,
    [
      'missing-privilege cap_add[1]: the supervisor itself lacks "KILL"; start the container with "docker run --cap-add KILL"',
    ],
  ],
  [
    'cap_drop: [KILL]',
    NOTHING,
    [`missing-privilege cap_drop[0]: dropping capabilities needs the capability "SETPCAP", ${LACKING} SETPCAP"`],
  ],
  ['cap_drop: [KILL]', powers({ capabilities: new Set(), boundingSet: new Set(['CHOWN']) }), []],
  ['cap_drop: [ALL]', powers({ capabilities: new Set(), boundingSet: new Set() }), []],
  [
    'user: postgres, group_add: [adm]',
    NOTHING,
    [
      `missing-privilege user: switching to user "postgres" needs the capability "SETUID", ${LACKING} SETUID"`,
      `missing-privilege user: switching to user "postgres" needs the capability "SETGID", ${LACKING} SETGID"`,
      `missing-privilege group_add[0]: adding groups needs the capability "SETGID", ${LACKING} SETGID"`,
    ],
  ],
  [
    'nice: 1, oom_score_adj: 1, ulimits: {core: 0}, no_new_privileges: true',
    { hasTool: () => false },
    [
      'missing-tool nice: a priority needs the program "nice", which is missing; install the package coreutils (on Alpine: busybox)',
      'missing-tool oom_score_adj: a score for the lack of memory needs the util-linux program "choom", which is missing; install the package util-linux (on Alpine: util-linux-misc)',
      'missing-tool ulimits: a limit needs the util-linux program "prlimit", which is missing; install the package util-linux (on Alpine: util-linux-misc)',
      'missing-tool no_new_privileges: "no_new_privileges" needs the util-linux program "setpriv", which is missing; install the package util-linux (on Alpine: setpriv)',
    ],
  ],
  [
    'cap_add: [KILL], cap_drop: [CHOWN], no_new_privileges: true',
    { hasTool: () => false },
    [
      'missing-tool cap_add[0]: changing capabilities needs the util-linux program "setpriv", which is missing; install the package util-linux (on Alpine: setpriv)',
    ],
  ],
  ['umask: 022, ulimits: {}, no_new_privileges: false, max_memory: 1g', { hasTool: () => false, ...NOTHING }, []],
  [
    'cpus: 1, mem_limit: 1g',
    { cgroupRefusal: () => CLOSED },
    [
      'no-cgroup mem_limit: it needs a cgroup of its own: none; start the container with "docker run --security-opt writable-cgroups=true" or "podman run --security-opt unmask=/sys/fs/cgroup", or use "max_memory"',
    ],
  ],
  [
    'pids_limit: 1',
    { cgroupRefusal: () => CLOSED, mode: 'up' },
    ['no-cgroup pids_limit: it needs a cgroup of its own: none; start it where cgroup v2 is mounted writable'],
  ],
  [
    'pids_limit: 1',
    { cgroupRefusal: () => ({ why: 'foreign', cause: 'foreign' }) },
    [
      'no-cgroup pids_limit: it needs a cgroup of its own: foreign; run the container as root, or by Docker or "podman --runtime runc"',
    ],
  ],
  [
    'mem_limit: 1g, pids_limit: 1',
    { cgroupRefusal: () => ({ why: 'v1', cause: 'version-1' }) },
    [
      'no-cgroup mem_limit: it needs a cgroup of its own: v1; take a host with cgroup v2 alone, or limit the whole container, or use "max_memory"',
    ],
  ],
  [
    'cpus: 1',
    { cgroupRefusal: () => ({ why: 'v1', cause: 'version-1' }), mode: 'up' },
    ['no-cgroup cpus: it needs a cgroup of its own: v1; take a host with cgroup v2 alone'],
  ],
  [
    'cpus: 1',
    { cgroupRefusal: () => ({ why: 'none', cause: 'not-delegated' }) },
    [
      'no-cgroup cpus: it needs a cgroup of its own: none; have the host delegate it, as with "Delegate=yes" of systemd',
    ],
  ],
  [
    'cpus: 1',
    { cgroupRefusal: () => ({ why: 'others', cause: 'shared' }) },
    [
      'no-cgroup cpus: it needs a cgroup of its own: others; start it in a cgroup of its own, as with "systemd-run --user --scope -p Delegate=yes"',
    ],
  ],
  ['pids_limit: -1, max_memory: 1g', { cgroupRefusal: () => CLOSED }, []],
]

for (const [keys, world, expected] of MACHINE) {
  void t.test(`tells what this machine cannot do of ${keys}`, async (test) => {
    test.same(read(keys, world).told, expected)
  })
}

function asked(): never {
  throw new Error('the machine was asked')
}

void t.test('a disabled service asks nothing of the machine', async (test) => {
  const keys =
    'enabled: false, user: postgres, nice: -1, oom_score_adj: -1, ulimits: {core: 0}, cap_add: [KILL], ' +
    'cap_drop: [CHOWN], no_new_privileges: true, mem_limit: 1g, expand_file_env: [A], environment: {A_FILE: /none}'
  const world = { powers: asked, hasTool: asked, cgroupRefusal: asked, readText: asked, findUser: asked }
  test.same(read(keys, world).told, [])
})

void t.test('nothing is asked of the machine without need', async (test) => {
  const world = { powers: asked, hasTool: asked, cgroupRefusal: asked, readText: asked }
  test.same(read('umask: 022, max_memory: 1g, environment: {A_FILE: /none}', world).told, [])
})
