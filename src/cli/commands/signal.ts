import { withOptions } from '../options.ts'
import { askOutcome, PROMPT_MS } from '../supervisor-link.ts'

/** `supervisor signal SIGNAL SERVICE…`: the main processes of services are sent a signal. */
export function signal(argv: readonly string[]): Promise<number> {
  return withOptions('signal', argv, ({ words: [name, ...services] }) =>
    askOutcome({ method: 'POST', path: '/v1/signal', body: { signal: name, services }, timeoutMs: PROMPT_MS }),
  )
}
