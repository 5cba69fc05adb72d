import type { AnalyzeReply, CriticalLink, ServiceStart, StartRun } from '../control/analyze-reply.ts'
import { criticalPath, type Link, type Release } from '../graph/critical-path.ts'
import type { ProcessStart } from '../machine.ts'
import type { Boot, BootRun, BootService } from './boot.ts'
import { COMMAND } from './command.ts'
import { adviseOn } from './start-advice.ts'
import type { Member, Supervisor } from './state.ts'

/** What is known of a start; instants are monotonic ms. */
export interface Started {
  readonly boot: Boot
  readonly supervisor: Supervisor
  /** When the process of the supervisor began, and the program in it. */
  readonly process: ProcessStart
  readonly now: number
}

/** How the named services came up; without the name of the set and its date. */
export function analyse(started: Started, names: readonly string[]): Omit<AnalyzeReply, 'name' | 'since'> {
  const { boot, process, now } = started
  const { processAt } = process
  const since = (instant: number): number => tenths(instant - processAt)
  const begun = boot.begunAt ?? now
  const came = [...boot.services].filter(([name]) => names.includes(name) || name === COMMAND)
  const arrivals = new Map(came.map(([name, noted]) => [name, arrivalOf(started, name, noted)]))
  const path = pathOf(started, arrivals)
  const ways = new Set([...arrivals.keys(), ...path.map((link) => link.name)])
  const shown = [...boot.services].filter(([name]) => ways.has(name))
  const wholeMs = (path.at(-1)?.to ?? begun) - processAt
  const share = ({ from, to }: Link): number => Math.round(((to - from) / wholeMs) * 1000) / 1000
  const shares = new Map(path.map((link) => [link.name, share(link)]))
  const ends = [...arrivals.values()]
  return {
    now_ms: since(now),
    supervisor: { node_ms: since(process.nodeAt), begun_ms: since(begun) },
    total_ms: ends.includes(null) ? null : since(Math.max(begun, ...ends.filter((end) => end !== null))),
    services: shown.flatMap(([name, noted]) => {
      const member = started.supervisor.members.get(name)
      const times = { begun, now, since, arrivedAt: arrivalOf(started, name, noted), share: shares.get(name) ?? 0 }
      return member === undefined ? [] : [startOf(member, noted, times)]
    }),
    critical_path: path.map((link) => ({
      service: link.name,
      reached: reachedBy(boot.services.get(link.name)?.runs ?? [], link.to),
      from_ms: since(link.from),
      to_ms: since(link.to),
      share: share(link),
    })),
    advice: adviseOn({ boot, supervisor: started.supervisor, path, wholeMs }),
  }
}

/** When it was ready, or completed; null when it is not. The command is there once it is spawned. */
function arrivalOf({ supervisor }: Started, name: string, { runs }: BootService): number | null {
  const last = runs.at(-1)
  if (last === undefined) return null
  if (name === COMMAND) return last.spawnedAt
  if (last.end !== null && last.end.outcome !== 'completed') return null
  const isLongrun = supervisor.members.get(name)?.service.config.type === 'longrun'
  return isLongrun ? last.readyAt : (last.end?.at ?? null)
}

/**
 * To the last that was ready or has failed. As long as somebody is on his way, to the one who has been that for longest;
 * where somebody cannot begin any more, to the failure that he waits for.
 */
function pathOf(started: Started, arrivals: ReadonlyMap<string, number | null>): readonly Link[] {
  const { boot, now } = started
  const releases = new Map([...boot.services].map(([name, { runs }]) => [name, releasesOf(runs)]))
  const ends = [...arrivals].flatMap(([name, at]) => (at === null ? [] : [{ name, at }]))
  const needs = needsOf(started, arrivals.keys())
  const open = [...new Set([...arrivals.keys(), ...needs])].flatMap((name) => {
    const from = releases.get(name)?.at(-1)?.at
    return boot.pending.has(name) && from !== undefined ? [{ name, from }] : []
  })
  const slowest = open.toSorted((one, other) => one.from - other.from)[0]
  const end = lastOf(failuresOf(boot, needs)) ?? lastOf([...failuresOf(boot, arrivals.keys()), ...ends])
  if (slowest !== undefined) return criticalPath(releases, { ...slowest, at: now })
  return end === undefined ? [] : criticalPath(releases, end)
}

/** All that is waited for, whoever is in between, by those of these that could not begin yet. */
function needsOf({ boot, supervisor }: Started, names: Iterable<string>): ReadonlySet<string> {
  const needs = new Set<string>()
  const follow = (name: string): void => {
    if (boot.services.get(name)?.runs.length !== 0) return
    for (const { service } of supervisor.members.get(name)?.service.config.dependsOn ?? []) needs.add(service)
  }
  for (const name of names) follow(name)
  // What is added on the way is followed, too.
  for (const name of needs) follow(name)
  return needs
}

interface End {
  readonly name: string
  readonly at: number
}

function failuresOf(boot: Boot, names: Iterable<string>): readonly End[] {
  return [...names].flatMap((name) => {
    const end = boot.services.get(name)?.runs.at(-1)?.end
    return end?.outcome === 'failed' ? [{ name, at: end.at }] : []
  })
}

function lastOf(ends: readonly End[]): End | undefined {
  return ends.toSorted((one, other) => other.at - one.at)[0]
}

function reachedBy(runs: readonly BootRun[], at: number): CriticalLink['reached'] {
  for (const { spawnedAt, readyAt, healthyAt, end } of runs) {
    if (end?.at === at) return end.outcome === 'stopped' ? null : end.outcome
    if (readyAt === at) return 'ready'
    if (healthyAt === at) return 'healthy'
    if (spawnedAt === at) return 'started'
  }
  return null
}

/** A run after a failure goes on with what the one before it has begun, unless it had to wait for somebody again. */
function releasesOf(runs: readonly BootRun[]): readonly Release[] {
  return runs
    .filter(({ after }, index) => index === 0 || after !== null)
    .map(({ askedAt, after }) => ({ at: askedAt, after }))
}

interface Times {
  readonly begun: number
  readonly now: number
  readonly arrivedAt: number | null
  readonly share: number
  readonly since: (instant: number) => number
}

function startOf({ service }: Member, { runs, omitted }: BootService, times: Times): ServiceStart {
  const { begun, now, arrivedAt, share, since } = times
  const { name, type, dependsOn } = service.config
  const askedAt = runs[0]?.askedAt ?? now
  const waitedFor = runs.findLast(({ after }) => after !== null)?.after ?? null
  return {
    name,
    type,
    state: service.state.kind,
    waited_for: waitedFor,
    condition: dependsOn.find((edge) => edge.service === waitedFor)?.condition ?? null,
    waited_ms: tenths(since(askedAt) - since(begun)),
    took_ms: arrivedAt === null ? null : tenths(since(arrivedAt) - since(askedAt)),
    ready_ms: arrivedAt === null ? null : since(arrivedAt),
    share,
    runs: runs.map((run) => runReply(run, type, since)),
    omitted_runs: omitted,
  }
}

function runReply(noted: BootRun, type: ServiceStart['type'], since: (instant: number) => number): StartRun {
  const { run, askedAt, spawnedAt, readyAt, healthyAt, end } = noted
  const orNull = (instant: number | null): number | null => (instant === null ? null : since(instant))
  return {
    run,
    asked_ms: since(askedAt),
    spawned_ms: orNull(spawnedAt),
    ready_ms: type === 'oneshot' ? null : orNull(readyAt),
    healthy_ms: orNull(healthyAt),
    ended_ms: orNull(end?.at ?? null),
    outcome: end?.outcome ?? null,
  }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
