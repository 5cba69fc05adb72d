import { quote } from '../text/quote.ts'
import { ALL_CAPABILITIES } from './capability.ts'
import { checkPrivilege, refuse, wayTo } from './check-privilege.ts'
import { checkTool } from './check-tool.ts'
import type { CgroupLimits, ServiceConfig, UlimitName } from './model.ts'
import { report, type Located } from './shape/shape.ts'
import type { ConfinementDocument } from './vocabulary/confinement.ts'
import { isOver, type Ulimits } from './vocabulary/ulimits.ts'
import type { CgroupRefusal, World } from './world.ts'

/** What bounds a service. */
type Confinement = Pick<
  ServiceConfig,
  'umask' | 'nice' | 'oomScoreAdj' | 'ulimits' | 'capAdd' | 'capDrop' | 'noNewPrivileges' | 'cgroup' | 'maxMemoryBytes'
>

/** What bounds a service, as the file has it; capabilities that are both added and dropped are reported. */
export function confinementOf(values: ConfinementDocument): Confinement {
  const dropped = new Set(values.cap_drop.map(({ value }) => value))
  for (const { value, at } of values.cap_add) {
    const message = `${quote(value)} is in "cap_add" and in "cap_drop"; take it out of one of them`
    if (dropped.has(value)) report(at, 'conflicting-keys', message)
  }
  return {
    umask: values.umask ?? null,
    nice: values.nice?.value ?? null,
    oomScoreAdj: values.oom_score_adj?.value ?? null,
    ulimits: new Map([...(values.ulimits?.value ?? [])].map(([name, limit]) => [name, limit.value])),
    capAdd: values.cap_add.map(({ value }) => value),
    capDrop: values.cap_drop.map(({ value }) => value),
    noNewPrivileges: values.no_new_privileges.value,
    cgroup: cgroupLimits(values),
    maxMemoryBytes: values.max_memory ?? null,
  }
}

function cgroupLimits({ mem_limit, cpus, pids_limit }: ConfinementDocument): CgroupLimits | null {
  const limits = { memoryBytes: mem_limit?.value ?? null, cpus: cpus?.value ?? null, pids: pids_limit?.value ?? null }
  return Object.values(limits).some((limit) => limit !== null) ? limits : null
}

/** Reports what this machine cannot do of what bounds a service. */
export function checkConfinement(values: ConfinementDocument, world: World): void {
  if (values.nice !== undefined) checkNice(values.nice, world)
  if (values.oom_score_adj !== undefined) checkOomScore(values.oom_score_adj, world)
  if (values.ulimits !== undefined && values.ulimits.value.size > 0) checkUlimits(values.ulimits, world)
  checkCapabilities(values, world)
  checkCgroup(values, world)
}

function checkNice({ value, at }: Located<number>, world: World): void {
  checkTool('nice', 'a priority', at, world)
  const { lowestNice } = world.powers()
  if (value >= lowestNice) return
  refuse(at, `the lowest possible here is ${lowestNice}; ${wayTo('SYS_NICE', world)}, or ask for less`)
}

function checkOomScore({ value, at }: Located<number>, world: World): void {
  checkTool('choom', 'a score for the lack of memory', at, world)
  const { lowestOomScoreAdj } = world.powers()
  if (value >= lowestOomScoreAdj) return
  const way = `${wayTo('SYS_RESOURCE', world)}, or ask for ${lowestOomScoreAdj} or more`
  refuse(at, `the lowest possible here is ${lowestOomScoreAdj}; ${way}`)
}

function checkUlimits({ value: ulimits, at: all }: Located<Ulimits>, world: World): void {
  checkTool('prlimit', 'a limit', all, world)
  const { hardLimits } = world.powers()
  for (const [name, { value, at }] of ulimits) {
    const most = hardLimits.get(name) ?? 'unlimited'
    if (isOver(value.hard, most))
      refuse(at, `the highest possible here is ${most}; ${wayToRaise(name, value.hard, world)}`)
  }
}

function wayToRaise(name: UlimitName, hard: number | 'unlimited', { mode }: World): string {
  const amount = hard === 'unlimited' ? -1 : hard
  return mode === 'init'
    ? `start the container with "docker run --ulimit ${name}=${amount}", or ask for less`
    : 'ask for less, or start it where the hard limit is higher'
}

function checkCapabilities({ cap_add, cap_drop, no_new_privileges }: ConfinementDocument, world: World): void {
  const [first] = [...cap_add, ...cap_drop]
  if (first !== undefined) checkTool('setpriv', 'changing capabilities', first.at, world)
  else if (no_new_privileges.value) checkTool('setpriv', '"no_new_privileges"', no_new_privileges.at, world)
  if (first === undefined) return
  const { capabilities, boundingSet } = world.powers()
  for (const { value, at } of cap_add) {
    if (value === ALL_CAPABILITIES || capabilities.has(value)) continue
    refuse(at, `the supervisor itself lacks ${quote(value)}; ${wayTo(value, world)}`)
  }
  // Where there is nothing to drop, nothing is needed for it (PR_CAPBSET_DROP in prctl(2)).
  const dropped = cap_drop.find(({ value }) =>
    value === ALL_CAPABILITIES ? boundingSet.size > 0 : boundingSet.has(value),
  )
  if (dropped !== undefined) checkPrivilege('SETPCAP', 'dropping capabilities', dropped.at, world)
}

/** A container may have been given the memory controller and not that of the processor; each reason is told once. */
function checkCgroup({ mem_limit, cpus, pids_limit }: ConfinementDocument, world: World): void {
  const limits = [
    [mem_limit, { ...UNLIMITED, memoryBytes: mem_limit?.value ?? null }, ', or use "max_memory"'],
    [cpus, { ...UNLIMITED, cpus: cpus?.value ?? null }, ''],
    [pids_limit, { ...UNLIMITED, pids: pids_limit?.value ?? null }, ''],
  ] as const
  const told = new Set<string>()
  for (const [key, limit, instead] of limits) {
    const refusal = key === undefined || key.value === null ? null : world.cgroupRefusal(limit)
    if (key === undefined || refusal === null || told.has(refusal.why)) continue
    told.add(refusal.why)
    const way = wayToCgroup(refusal.cause, world)
    report(key.at, 'no-cgroup', `it needs a cgroup of its own: ${refusal.why}; ${way}${instead}`)
  }
}

const UNLIMITED: CgroupLimits = { memoryBytes: null, cpus: null, pids: null }

function wayToCgroup(cause: CgroupRefusal['cause'], { mode }: World): string {
  switch (cause) {
    case 'version-1':
      // No option of an engine changes that; the host has to be booted so (systemd(1)).
      return mode === 'up'
        ? 'take a host with cgroup v2 alone'
        : 'take a host with cgroup v2 alone, or limit the whole container'
    case 'not-delegated':
      return 'have the host delegate it, as with "Delegate=yes" of systemd'
    case 'shared':
      return OWN
    case 'foreign':
      return 'run the container as root, or by Docker or "podman --runtime runc"'
    case 'closed':
      return mode === 'up' ? 'start it where cgroup v2 is mounted writable' : OPENED
  }
}

const OWN = 'start it in a cgroup of its own, as with "systemd-run --user --scope -p Delegate=yes"'

/** Since Docker 28 (moby#48828) and Podman 3.1 (podman#9536). */
const OPENED =
  'start the container with "docker run --security-opt writable-cgroups=true" or ' +
  '"podman run --security-opt unmask=/sys/fs/cgroup"'
