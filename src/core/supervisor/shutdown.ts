import { exitStatus, failureStatus } from '../service/exit.ts'
import { isAlive, type Service } from '../service/state.ts'
import type { Draft } from './draft.ts'
import type { ShutdownCause } from './state.ts'
import { wishDown } from './wishes.ts'

/** Wants everything down, for good. */
export function beginShutdown(draft: Draft, cause: ShutdownCause): void {
  draft.phase = { kind: 'stopping', cause, patience: 'orderly' }
  draft.effects.push({ kind: 'shutdown-began', cause })
  if (draft.shutdownTimeoutMs !== null) {
    draft.effects.push({ kind: 'start-shutdown-timer', afterMs: draft.shutdownTimeoutMs })
  }
  wishDown(draft, draft.members.keys())
}

/** Whatever is still alive is killed at once. */
export function endPatience(draft: Draft): void {
  if (draft.phase.kind !== 'stopping' || draft.phase.patience === 'none') return
  draft.phase = { ...draft.phase, patience: 'none' }
  draft.effects.push({ kind: 'patience-ended' })
  for (const name of draft.members.keys()) draft.changed.add(name)
}

/**
 * Begins the shutdown that a service's own end asks for, or that of a set in which nothing can move any more.
 *
 * @returns Whether it began one.
 */
export function noteOwnEnd(draft: Draft): boolean {
  if (draft.phase.kind !== 'supervising') return false
  const cause = essentialEnd(draft) ?? nothingLeft(draft)
  if (cause === null) return false
  beginShutdown(draft, cause)
  return true
}

/** The last word: nothing is alive. */
export function noteEnd(draft: Draft): void {
  const { phase } = draft
  if (phase.kind !== 'stopping') return
  for (const { service } of draft.members.values()) if (isAlive(service.state)) return
  draft.phase = { kind: 'ended', cause: phase.cause }
  draft.effects.push({ kind: 'end', cause: phase.cause })
}

function essentialEnd(draft: Draft): ShutdownCause | null {
  for (const effect of draft.effects) {
    if (effect.kind !== 'changed') continue
    const { config, state } = effect.after
    const isEssential =
      (state.kind === 'failed' && config.onFailure === 'shutdown') ||
      (state.kind === 'completed' && config.onSuccess === 'shutdown')
    if (isEssential) return { kind: 'service-ended', service: config.name, status: endStatus(effect.after) }
  }
  return null
}

/** A service that was stopped on request may be started again: then the set is not at its end. */
function nothingLeft(draft: Draft): ShutdownCause | null {
  let status = 0
  for (const { service } of draft.members.values()) {
    const { state } = service
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
