import { LINES_LOOKED_AT, tellingLine } from '../core/log/telling-line.ts'
import type { LastLineOf } from '../core/supervisor/look.ts'
import type { Logs } from './logs.ts'

/** What runs of services have said last, out of what is remembered of their output, without the secrets in it. */
export function createLastLines(logs: Pick<Logs, 'past'>, redact: (text: string) => string): LastLineOf {
  const range = { last: LINES_LOOKED_AT, since: null, until: null }
  return (service, run) => {
    const texts: string[] = []
    for (const entry of logs.past([service], range)) if ('text' in entry && entry.run === run) texts.push(entry.text)
    return tellingLine(texts, redact)
  }
}
