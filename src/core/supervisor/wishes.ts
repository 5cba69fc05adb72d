import type { Service } from '../service/state.ts'
import { advance, setWish, type Draft } from './draft.ts'

/**
 * Wants services up, and with them all that they depend on.
 *
 * What is named runs again even when it has completed, or its time has not come; what is only needed is started again
 * when it failed or is in back-off, or is a longrun that has ended.
 */
export function wishUp(draft: Draft, names: readonly string[]): void {
  const named = new Set(names)
  for (const name of draft.graph.requirements(names)) wishOneUp(draft, name, named.has(name) ? 'named' : 'needed')
}

/** Wants services down; those that were never up are now down on request too. */
export function wishDown(draft: Draft, names: Iterable<string>): void {
  for (const name of names) {
    setWish(draft, name, 'down')
    if (draft.members.get(name)?.service.state.kind === 'stopped') advance(draft, name, { kind: 'stop-requested' })
  }
}

/** Wants services down and then up again, with all that they need. */
export function wishRestart(draft: Draft, names: readonly string[]): void {
  const named = new Set(names)
  for (const name of draft.graph.requirements(names)) {
    if (named.has(name)) setWish(draft, name, 'restart')
    else wishOneUp(draft, name, 'needed')
  }
}

function wishOneUp(draft: Draft, name: string, because: 'named' | 'needed'): void {
  const member = draft.members.get(name)
  // A restart that is under way leads up as well.
  if (member === undefined || member.wish === 'restart') return
  setWish(draft, name, 'up')
  if (startsAnew(member.service, because)) advance(draft, name, { kind: 'start-requested' })
}

function startsAnew({ state, config }: Service, because: 'named' | 'needed'): boolean {
  switch (state.kind) {
    case 'failed':
    case 'backoff':
      return true
    case 'completed':
      return because === 'named' || config.type === 'longrun'
    case 'waiting':
      return because === 'named' && state.for === 'schedule'
    // The others are up, or on their way, or start as soon as they are wanted.
    case 'starting':
    case 'running':
    case 'stopping':
    case 'stopped':
    case 'disabled':
      return false
  }
}
