import { LINES_LOOKED_AT, tellingLine } from '../core/log/telling-line.ts'
import type { LastLineOf } from '../core/supervisor/look.ts'
import type { Logs } from './logs.ts'

/** What services have said last, out of what is remembered of their output. */
export function createLastLines(logs: Pick<Logs, 'past'>): LastLineOf {
  return (service) => tellingLine(Array.from(logs.past([service], LINES_LOOKED_AT), ({ text }) => text))
}
