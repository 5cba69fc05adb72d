import type { Clock } from '../core/machine.ts'
import type { Logger } from '../core/log/logger.ts'
import type { Loop } from '../daemon/loop.ts'
import { INTERNAL_ERROR } from './exit-status.ts'

/** Who acts on a fault of our own. */
export interface FaultTargets {
  readonly loop: Pick<Loop, 'dispatch' | 'supervisor'>
  readonly logger: Logger
  readonly clock: Clock
  /** How long the orderly stop may take. */
  readonly patienceMs: number
  /** Ends at once, with whatever is still alive. */
  readonly giveUp: () => void
}

/**
 * A fault of our own ends in an orderly stop with status 70, never in silence: the services go down in their order.
 * Further faults on that way are told and change nothing; a stop that cannot begin, or does not come to its end in time,
 * is given up.
 *
 * @returns What takes a fault; it never throws, since Node would end at once, with status 7 (process.md, "Exit codes").
 */
export function createFaultHandler({
  loop,
  logger,
  clock,
  patienceMs,
  giveUp,
}: FaultTargets): (error: unknown) => void {
  let isFirst = true
  return (error) => {
    attempt(() => logger.error(inWords(error)))
    if (!isFirst) return
    isFirst = false
    attempt(() => void clock.startTimer(patienceMs, giveUp))
    attempt(() => void clock.startTimer(0, () => loop.supervisor().phase.kind === 'supervising' && giveUp()))
    attempt(() =>
      loop.dispatch({ kind: 'shutdown-requested', by: 'internal error', status: INTERNAL_ERROR, insist: false }),
    )
  }
}

/** Takes what nobody caught; Node turns an unhandled rejection into an uncaught exception. */
export function surviveFaults(faulted: (error: unknown) => void): void {
  process.on('uncaughtException', faulted)
}

/** There is nobody left to tell of a fault in handling a fault; the last deadline ends it. */
function attempt(act: () => void): void {
  try {
    act()
  } catch {
    // Go on with what is left to do.
  }
}

/** Some errors begin with the words by themselves. */
function inWords(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `internal error: ${text.replace(/^(Error: )?internal error: /u, '')}`
}
