import { withOptions } from '../options.ts'
import { fewOf } from '../render/few.ts'
import { cut, escapeControls } from '../render/text.ts'
import { ask, isOutcome, PROMPT_MS, unexpected } from '../supervisor-link.ts'
import { print } from '../terminal.ts'

/** So many columns of a reason, mostly two bytes each at most: ten of them fit into the 4096 that an engine keeps. */
const LONGEST = 190

/** `supervisor health`: one line; 0 or 1 only, since container engines know no other status of a HEALTHCHECK. */
export function health(argv: readonly string[]): Promise<number> {
  return withOptions('health', argv, showHealth)
}

async function showHealth(): Promise<number> {
  const asked = await ask({ method: 'GET', path: '/v1/health', timeoutMs: PROMPT_MS })
  if ('status' in asked) return 1
  if (!isOutcome(asked.body)) return unexpected(asked.body)
  const { ok, reasons } = asked.body
  const words = reasons.map((reason) => cut(escapeControls(reason), LONGEST))
  print(`${ok ? 'well' : `not well: ${fewOf(words, ' | ')}`}\n`)
  return ok ? 0 : 1
}
