import { exitStatus, failureStatus } from '../service/exit.ts'
import { isAlive, type Service } from '../service/state.ts'
import { setWish, tell, type Draft } from './draft.ts'
import { healthWords, isUnhealthy } from './health.ts'
import type { ShutdownCause } from './state.ts'
import { info } from './words.ts'

/** Wants everything down, for good. */
export function beginShutdown(draft: Draft, cause: ShutdownCause, patience: 'orderly' | 'signalled' = 'orderly'): void {
  draft.phase = { kind: 'stopping', cause, patience, failing: inBackoff(draft) }
  draft.effects.push({ kind: 'shutdown-began', cause })
  if (draft.shutdownTimeoutMs !== null) {
    draft.effects.push({ kind: 'start-shutdown-timer', afterMs: draft.shutdownTimeoutMs })
  }
  // Nobody has asked for each: who was never wanted stays so.
  for (const name of draft.members.keys()) setWish(draft, name, 'down')
}

/** A signal to stop in a shutdown: the first asks for what is under way, another one is out of patience. */
export function noteSignal(draft: Draft, by: string): void {
  if (draft.phase.kind !== 'stopping') return
  if (draft.phase.patience !== 'orderly') return endPatience(draft, `${by} again`)
  draft.phase = { ...draft.phase, patience: 'signalled' }
  tell(draft, info(`${by}: shutting down already; once more kills what is left`))
}

/** Whatever is still alive is killed at once. */
export function endPatience(draft: Draft, why: string): void {
  if (draft.phase.kind !== 'stopping' || draft.phase.patience === 'none') return
  draft.phase = { ...draft.phase, patience: 'none' }
  draft.effects.push({ kind: 'patience-ended', why })
  for (const name of draft.members.keys()) draft.changed.add(name)
}

/** Begins the shutdown that a service asks for by its own end, if one has just ended so. */
export function noteEssentialEnd(draft: Draft): void {
  if (draft.phase.kind !== 'supervising') return
  const cause = essentialEnd(draft)
  if (cause !== null) beginShutdown(draft, cause)
}

/**
 * Begins the shutdown of a settled set in which nothing can move any more.
 *
 * @returns Whether it began one.
 */
export function noteNothingLeft(draft: Draft): boolean {
  if (draft.phase.kind !== 'supervising') return false
  const cause = nothingLeft(draft)
  if (cause !== null) beginShutdown(draft, cause)
  return cause !== null
}

/** The last word: nothing is alive. */
export function noteEnd(draft: Draft): void {
  const { phase } = draft
  if (phase.kind !== 'stopping') return
  for (const { service } of draft.members.values()) if (isAlive(service.state)) return
  draft.phase = { kind: 'ended', cause: phase.cause, failing: phase.failing }
  draft.effects.push({ kind: 'end', cause: phase.cause })
}

function inBackoff({ members }: Draft): ReadonlySet<string> {
  return new Set([...members].flatMap(([name, { service }]) => (service.state.kind === 'backoff' ? [name] : [])))
}

function essentialEnd(draft: Draft): ShutdownCause | null {
  for (const name of draft.changed) {
    const member = draft.members.get(name)
    // What was to go down anyway, or is on its way up again already, has not ended for good.
    if (member?.wish !== 'up') continue
    const { service } = member
    const before = draft.before.members.get(name)?.service.state
    if (before === undefined || before === service.state) continue
    const cause = endOf(service) ?? (isUnhealthy(before) ? null : illnessOf(service))
    if (cause !== null) return cause
  }
  return null
}

function endOf(service: Service): ShutdownCause | null {
  const { config, state, history } = service
  if (state.kind !== 'failed' && state.kind !== 'completed') return null
  const isEssential = (state.kind === 'failed' ? config.onFailure : config.onSuccess) === 'shutdown'
  if (!isEssential) return null
  return {
    kind: 'service-ended',
    service: config.name,
    as: state.kind,
    exit: history.lastExit,
    status: endStatus(service),
  }
}

function illnessOf(service: Service): ShutdownCause | null {
  const { config, state } = service
  if (config.healthcheck?.onUnhealthy !== 'shutdown' || !isUnhealthy(state)) return null
  return { kind: 'service-unhealthy', service: config.name, why: healthWords(service), status: 1 }
}

/** A service that was stopped on request may be started again, one with a schedule will be: the set is not at its end. */
function nothingLeft(draft: Draft): ShutdownCause | null {
  let status = 0
  for (const { service, wish } of draft.members.values()) {
    const { state, config } = service
    if (config.schedule !== null && wish !== 'down' && state.kind !== 'disabled') return null
    if (isAlive(state) || state.kind === 'backoff') return null
    if (state.kind === 'stopped' && state.because === 'requested') return null
    if (status === 0 && state.kind === 'failed') status = endStatus(service)
  }
  return { kind: 'nothing-left', status }
}

function endStatus({ state }: Service): number {
  if (state.kind === 'failed') return failureStatus(state.failure)
  return state.kind === 'completed' && state.exit !== null ? exitStatus(state.exit) : 0
}
