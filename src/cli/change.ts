import type { ChangeReply, ChangeRequest } from '../core/protocol.ts'
import { withOptions, type Options } from './options.ts'
import { ask, askOutcome, isOutcome, PROMPT_MS, unexpected } from './supervisor-link.ts'
import { print } from './terminal.ts'
import { escapeControls } from './render/text.ts'

/** Asks for a change of some services: 0 done, or asked for with `--no-wait`; 1 not, with the reasons told. */
export function change(kind: ChangeRequest['kind'], argv: readonly string[]): Promise<number> {
  return withOptions(kind, argv, async (options) => {
    // What is stopped along with them is told before it happens.
    const refused = kind === 'start' ? null : await tellWhatComesAlong(kind, options)
    if (refused !== null) return refused
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

/** The exit status when the supervisor refuses; null to go on. */
async function tellWhatComesAlong(kind: ChangeRequest['kind'], { words }: Options): Promise<number | null> {
  const body = { services: words, dry_run: true }
  const asked = await ask({ method: 'POST', path: `/v1/${kind}`, body, timeoutMs: PROMPT_MS })
  if ('status' in asked) return asked.status
  if (!isChange(asked.body)) return unexpected(asked.body)
  const { also } = asked.body
  if (also.length > 0) print(`this also ${kind}s ${also.map(escapeControls).join(', ')}\n`)
  return null
}

function isChange(body: unknown): body is ChangeReply {
  return isOutcome(body) && 'also' in body && Array.isArray(body.also)
}
