import { FREE_SIGNALS } from '../config/free-signals.ts'
import type { SignalName } from '../config/signal.ts'
import { pidOf } from '../service/state.ts'
import { standingOf } from './awaiting.ts'
import { COMMAND } from './command.ts'
import { advance, tell, type Draft } from './draft.ts'
import { warn } from './words.ts'

/** SIGHUP and SIGUSR1 come here where there are no services: else they mean something to the supervisor. */
const FOR_COMMAND: ReadonlySet<SignalName> = new Set([...FREE_SIGNALS, 'SIGWINCH', 'SIGHUP', 'SIGUSR1'])

/**
 * Passes a signal on that means nothing to the supervisor itself: to whom the file says, else to the foreground command,
 * where there is one. What tells of the supervisor's own process, such as a limit that it has reached, stays here.
 */
export function passOn(draft: Draft, received: SignalName): void {
  const route = draft.signals.get(received)
  if (route !== undefined) {
    for (const name of route.services) send(draft, name, { received, signal: route.signal })
  } else if (FOR_COMMAND.has(received)) {
    advance(draft, COMMAND, { kind: 'signal-requested', signal: received })
  }
}

interface Passing {
  readonly received: SignalName
  readonly signal: SignalName
}

function send(draft: Draft, name: string, { received, signal }: Passing): void {
  const member = draft.members.get(name)
  if (member === undefined) return
  if (pidOf(member.service.state) === null) {
    const standing = standingOf(draft, name, draft.moment.at)
    tell(draft, warn(`${received}: cannot send ${signal} to "${name}": it has no process: ${standing}`))
  } else advance(draft, name, { kind: 'signal-requested', signal })
}
