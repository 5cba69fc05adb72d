import type { ChangeRequest } from '../core/protocol.ts'
import { withOptions } from './options.ts'
import { askOutcome, PROMPT_MS } from './supervisor-link.ts'

/** Asks for a change of some services: 0 done, or asked for with `--no-wait`; 1 not, with the reasons told. */
export function change(kind: ChangeRequest['kind'], argv: readonly string[]): Promise<number> {
  return withOptions(kind, argv, (options) => {
    const wait = !options.has('no-wait')
    const timeout = options.number('timeout')
    return askOutcome({
      method: 'POST',
      path: `/v1/${kind}`,
      body: { services: options.words, wait, timeout_ms: timeout },
      timeoutMs: wait ? patience(timeout) : PROMPT_MS,
    })
  })
}

/** The supervisor keeps the time; the client only guards against one that does not answer. */
export function patience(timeout: number | null): number | null {
  return timeout === null ? null : timeout + PROMPT_MS
}
