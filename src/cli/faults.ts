import type { Logger } from '../core/log/logger.ts'
import type { Loop } from '../daemon/loop.ts'
import { INTERNAL_ERROR } from './exit-status.ts'

/**
 * A fault of our own ends in an orderly stop with status 70, never in silence: the services go down in their order.
 * Further faults on that way are told and change nothing.
 */
export function surviveFaults(loop: Loop, logger: Logger): void {
  // Node turns an unhandled rejection into an uncaught exception.
  process.on('uncaughtException', (error) => {
    logger.error(`internal error: ${error.stack ?? error.message}`)
    loop.dispatch({ kind: 'shutdown-requested', by: 'internal error', status: INTERNAL_ERROR, insist: false })
  })
}
