import type { Dependency } from '../config/model.ts'
import { formatMs } from '../text/span.ts'
import { standingOf } from './awaiting.ts'
import { COMMAND } from './command.ts'
import { openEdges } from './conditions.ts'
import type { Draft } from './draft.ts'
import type { SupervisorEvent } from './event.ts'
import { beginShutdown } from './shutdown.ts'
import type { Member, ShutdownCause, Supervisor } from './state.ts'

/** Limits the wait of the foreground command: its timer runs from the first event for as long as the command waits. */
export function noteCommandWait(draft: Draft, event: SupervisorEvent): void {
  const { timeoutMs } = draft.command
  if (timeoutMs === null) return
  const waits = isCommandWaiting(draft)
  if (event.kind === 'begun') {
    if (waits) draft.effects.push({ kind: 'start-command-timer', afterMs: timeoutMs })
  } else if (!waits && isCommandWaiting(draft.before)) draft.effects.push({ kind: 'cancel-command-timer' })
}

/** Its time to wait is over: everything goes down, and the last words say for whom it waited. */
export function giveUpCommand(draft: Draft): void {
  const { waitFor, timeoutMs } = draft.command
  if (draft.phase.kind !== 'supervising' || timeoutMs === null || !isCommandWaiting(draft)) return
  const awaited = awaitedIn(draft)
  const those = awaited.map(({ name, why }) => `${name} (${why})`).join(', ')
  const why = `not all services ${waitFor} within ${formatMs(timeoutMs)}: waiting for ${those}`
  beginShutdown(draft, { kind: 'command-not-started', why, awaited, status: 1 })
}

function isCommandWaiting({ members }: Pick<Supervisor, 'members'>): boolean {
  return members.get(COMMAND)?.service.state.kind === 'waiting'
}

type Awaited = Extract<ShutdownCause, { readonly kind: 'command-not-started' }>['awaited']

/** Those that hold it up; who waits for one of them is not told beside it. */
function awaitedIn(draft: Draft): Awaited {
  const command = draft.members.get(COMMAND)
  const open: readonly Dependency[] = command === undefined ? [] : [...openEdges(draft.members, command.service.config)]
  const moving = open.filter(({ service }) => !isWaiting(draft.members.get(service)))
  return (moving.length === 0 ? open : moving).map(({ service }) => {
    return { name: service, why: standingOf(draft, service, draft.moment.at) }
  })
}

function isWaiting(member: Member | undefined): boolean {
  return member?.service.state.kind === 'waiting'
}
