import { advance, setWish, type Draft } from './draft.ts'

/**
 * Wants services up, and with them all that they cannot start without.
 *
 * What is named runs again even when it has completed; what is only needed is started again when it failed or is in
 * back-off.
 */
export function wishUp(draft: Draft, names: readonly string[]): void {
  const named = new Set(names)
  for (const name of draft.graph.requirements(names)) {
    const kind = draft.members.get(name)?.service.state.kind
    setWish(draft, name, 'up')
    if (kind === 'failed' || kind === 'backoff' || (kind === 'completed' && named.has(name))) {
      advance(draft, name, { kind: 'start-requested' })
    }
  }
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
  wishUp(
    draft,
    draft.graph.requirements(names).filter((name) => !names.includes(name)),
  )
  for (const name of names) setWish(draft, name, 'restart')
}
