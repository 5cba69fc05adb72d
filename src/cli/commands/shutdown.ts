import { withOptions } from '../options.ts'
import { askOutcome, PROMPT_MS } from '../supervisor-link.ts'

/** `supervisor shutdown`: comes back as soon as the supervisor has heard it. */
export function shutdown(argv: readonly string[]): Promise<number> {
  return withOptions('shutdown', argv, (options) =>
    askOutcome({
      method: 'POST',
      path: '/v1/shutdown',
      body: { code: options.number('code') },
      timeoutMs: PROMPT_MS,
    }),
  )
}
