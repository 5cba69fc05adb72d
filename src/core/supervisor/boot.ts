import type { ServiceEvent } from '../service/event.ts'
import { isAlive, type Service, type State } from '../service/state.ts'
import { COMMAND } from './command.ts'
import type { Stepped } from './stepped.ts'

/**
 * How the set came up: of each service that was wanted from the start, its runs until all of them are ready or have
 * ended. Instants are monotonic ms. Changed in place, since it is noted along with every step of a start.
 */
export interface Boot {
  /** Null before the first event. */
  begunAt: number | null
  /** When nobody was on his way any more; null as long as somebody is. Nothing is noted after that. */
  endedAt: number | null
  /** By name, in the order of the file. */
  readonly services: Map<string, BootService>
  /** Those that are on their way. */
  readonly pending: Set<string>
}

/** What a service went through. */
export interface BootService {
  /** The first ones, and the last. */
  readonly runs: readonly BootRun[]
  /** How many of them before the last are left out. */
  readonly omitted: number
  /** Whether nothing that it does now is part of the start: it had come up, or somebody told it to stop. */
  readonly isOver: boolean
}

/** One run; what has not happened is null. */
export interface BootRun {
  readonly run: number
  /** Whose change let it start; null when nobody had to be waited for, as after a back-off. */
  readonly after: string | null
  readonly askedAt: number
  readonly spawnedAt: number | null
  /** Of a longrun. */
  readonly readyAt: number | null
  readonly healthyAt: number | null
  /** When the last question for readiness was answered that got no good answer. */
  readonly refusedAt: number | null
  /** `stopped`: on request, before it was ready. */
  readonly end: { readonly at: number; readonly outcome: RunOutcome } | null
}

/** What became of a run. */
type RunOutcome = 'completed' | 'failed' | 'stopped'

/** So many runs of a service are kept: who crashes for a week is noted like who does so for a second. */
const MAX_RUNS = 8

/** Nothing noted yet. */
export function newBoot(): Boot {
  return { begunAt: null, endedAt: null, services: new Map(), pending: new Set() }
}

/** Notes what a step means to the start of the set. */
export function noteStep(boot: Boot, step: Stepped): void {
  if (boot.endedAt !== null) return
  if (step.event.kind === 'begun') begin(boot, step)
  if (boot.begunAt === null) return
  const { event, at } = step
  for (const name of touched(step)) {
    const before = step.before.members.get(name)?.service
    const after = step.after.members.get(name)?.service
    if (before === undefined || after === undefined) continue
    const source = event.kind === 'service' ? event : null
    const isOwn = source?.service === name
    const own = isOwn ? source.event : null
    noteChange(boot, name, { before, after, event: own, by: isOwn ? null : (source?.service ?? null), at })
  }
  if (boot.pending.size === 0) boot.endedAt = at
}

function begin(boot: Boot, { after, at }: Stepped): void {
  boot.begunAt = at
  for (const [name, { service, wish }] of after.members) {
    if (wish !== 'up' || service.state.kind === 'disabled' || service.config.schedule !== null) continue
    boot.services.set(name, { runs: [], omitted: 0, isOver: false })
    boot.pending.add(name)
  }
}

/** Whoever begins or ends a run has it done by an effect, or is who the event is about: the others need no look. */
function touched({ event, effects, after }: Stepped): ReadonlySet<string> {
  if (event.kind === 'begun') return new Set(after.members.keys())
  const names = new Set(event.kind === 'service' ? [event.service] : [])
  for (const effect of effects) if (effect.kind === 'service') names.add(effect.service)
  return names
}

/** What happened to one service. */
interface Change {
  readonly before: Service
  readonly after: Service
  /** Its own event; null when it was moved by another one's, or by a request. */
  readonly event: ServiceEvent | null
  /** Whose event moved it; null when that is its own, or a request. */
  readonly by: string | null
  readonly at: number
}

function noteChange(boot: Boot, name: string, change: Change): void {
  const noted = boot.services.get(name)
  if (noted === undefined || noted.isOver) return
  const isOver = isSettled(noted, change) || isToldToStop(change.after.state)
  boot.services.set(name, isOver ? close(noted, change.at) : noteRuns(noted, change))
  if (isOver || hasArrived(change.after)) boot.pending.delete(name)
  else boot.pending.add(name)
}

function close(noted: BootService, at: number): BootService {
  const last = noted.runs.at(-1)
  if (last === undefined || last.end !== null || last.readyAt !== null) return { ...noted, isOver: true }
  const stopped = { ...last, end: { at, outcome: 'stopped' } } as const
  return { ...noted, runs: [...noted.runs.slice(0, -1), stopped], isOver: true }
}

/** What is up for as long as `reset_after` says has come up, whatever becomes of it later. */
function isSettled({ runs }: BootService, { before, at }: Change): boolean {
  const readyAt = runs.at(-1)?.readyAt ?? null
  if (before.config.type === 'longrun' && before.state.kind === 'running' && readyAt !== null) {
    if (at - readyAt >= before.config.restart.resetAfterMs) return true
  }
  return before.state.kind === 'completed'
}

function isToldToStop(state: State): boolean {
  return state.kind === 'stopped' || (state.kind === 'stopping' && state.ending.kind === 'requested')
}

/** Whether it is where its start leads to. */
function hasArrived({ state, config }: Service): boolean {
  switch (state.kind) {
    case 'completed':
    case 'failed':
    case 'stopped':
    case 'disabled':
      return true
    case 'running':
      // The command works for as long as the container lives.
      return config.type === 'longrun' || config.name === COMMAND
    case 'waiting':
    case 'starting':
    case 'stopping':
    case 'backoff':
      return false
  }
}

function noteRuns({ runs, omitted, isOver }: BootService, change: Change): BootService {
  const { before, after, by, at } = change
  const isNext = after.history.run !== before.history.run
  const hasEnded = isAlive(before.state) && (isNext || !isAlive(after.state))
  const last = runs.at(-1)
  const ended = last === undefined || !hasEnded ? last : { ...last, end: { at, outcome: outcomeOf(after) } }
  const known = ended === undefined ? [] : [...runs.slice(0, -1), ended]
  if (!isNext) return { runs: noteMarks(known, change), omitted, isOver }
  const isFull = known.length === MAX_RUNS
  const next = { ...NOTHING_YET, run: after.history.run, after: by, askedAt: at }
  return { runs: [...known.slice(0, MAX_RUNS - 1), next], omitted: omitted + (isFull ? 1 : 0), isOver }
}

const NOTHING_YET = { spawnedAt: null, readyAt: null, healthyAt: null, refusedAt: null, end: null }

function outcomeOf({ state, history }: Service): 'completed' | 'failed' {
  return state.kind === 'completed' || history.lastFailure === null ? 'completed' : 'failed'
}

function noteMarks(runs: readonly BootRun[], { before, after, event, at }: Change): readonly BootRun[] {
  const last = runs.at(-1)
  if (last === undefined || last.end !== null) return runs
  const { state } = after
  const isUp = state.kind === 'running'
  const marks = {
    ...(event?.kind === 'spawned' && { spawnedAt: at }),
    ...(event?.kind === 'attempt-failed' && { refusedAt: at }),
    ...(isUp && before.state.kind !== 'running' && { readyAt: at }),
    ...(isUp && state.health.kind === 'healthy' && last.healthyAt === null && { healthyAt: at }),
  }
  return [...runs.slice(0, -1), { ...last, ...marks }]
}
