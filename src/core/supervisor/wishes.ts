import type { Requester } from '../control/requester.ts'
import type { Service } from '../service/state.ts'
import { advance, setWish, type Draft } from './draft.ts'

/**
 * Wants services up, and with them all that they depend on.
 *
 * What is named runs again even when it has completed, or its time has not come; what is only needed is started again
 * when it failed or is in back-off, or is a longrun that has ended.
 */
export function wishUp(draft: Draft, { services, requester = null }: Request): void {
  const named = new Set(services)
  for (const name of draft.graph.requirements(services)) {
    wishOneUp(draft, name, { because: named.has(name) ? 'named' : 'needed', requester })
  }
}

/** Wants services down; those that were never up are now down on request too. */
export function wishDown(draft: Draft, { services, requester = null }: Request): void {
  for (const name of services) {
    setWish(draft, name, 'down', requester)
    if (draft.members.get(name)?.service.state.kind === 'stopped') advance(draft, name, { kind: 'stop-requested' })
  }
}

/** Wants services down and then up again, with all that they need. */
export function wishRestart(draft: Draft, { services, requester = null }: Request): void {
  const named = new Set(services)
  for (const name of draft.graph.requirements(services)) {
    if (named.has(name)) setWish(draft, name, 'restart', requester)
    else wishOneUp(draft, name, { because: 'needed', requester })
  }
}

/** Which services, and who asks for it; absent: nobody on the control socket. */
interface Request {
  readonly services: readonly string[]
  readonly requester?: Requester | null
}

interface Need {
  readonly because: 'named' | 'needed'
  readonly requester: Requester | null
}

function wishOneUp(draft: Draft, name: string, { because, requester }: Need): void {
  const member = draft.members.get(name)
  // A restart that is under way leads up as well.
  if (member === undefined || member.wish === 'restart') return
  setWish(draft, name, 'up', requester)
  if (startsAnew(member.service, because)) advance(draft, name, { kind: 'start-requested' })
}

function startsAnew({ state, config }: Service, because: Need['because']): boolean {
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
