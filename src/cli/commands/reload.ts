import { withOptions } from '../options.ts'
import { askOutcome, PROMPT_MS } from '../supervisor-link.ts'

/** `supervisor reload SERVICE…`: services are told to read their configuration again. */
export function reload(argv: readonly string[]): Promise<number> {
  return withOptions('reload', argv, ({ words }) =>
    askOutcome({ method: 'POST', path: '/v1/reload', body: { services: words }, timeoutMs: PROMPT_MS }),
  )
}
