import { withOptions } from '../options.ts'
import { fewOf } from '../render/few.ts'
import { escapeControls } from '../render/text.ts'
import { ask, isOutcome, PROMPT_MS, unexpected } from '../supervisor-link.ts'
import { print } from '../terminal.ts'

/** `supervisor health`: one line; 0 or 1 only, since container engines know no other status of a HEALTHCHECK. */
export function health(argv: readonly string[]): Promise<number> {
  return withOptions('health', argv, showHealth)
}

async function showHealth(): Promise<number> {
  const asked = await ask({ method: 'GET', path: '/v1/health', timeoutMs: PROMPT_MS })
  if ('status' in asked) return 1
  if (!isOutcome(asked.body)) return unexpected(asked.body)
  const { ok, reasons } = asked.body
  print(`${ok ? 'well' : escapeControls(`not well: ${fewOf(reasons, '; ')}`)}\n`)
  return ok ? 0 : 1
}
