import { writeFileSync } from 'node:fs'
import type { AnalyzeReply } from '../../core/control/analyze-reply.ts'
import { isErrno } from '../../system/errno.ts'
import { withOptions, type Options } from '../options.ts'
import { renderAnalysis } from '../render/analysis.ts'
import { jsonPage } from '../render/json.ts'
import { ask, PROMPT_MS, queryOf, unexpected } from '../supervisor-link.ts'
import { complain, paintFor, print, terminalWidth } from '../terminal.ts'

/** `supervisor analyze [--json] [--svg FILE] [SERVICE…]`: 0 all were ready, 1 not, 3 no supervisor. */
export function analyze(argv: readonly string[]): Promise<number> {
  return withOptions('analyze', argv, showAnalysis)
}

async function showAnalysis(options: Options): Promise<number> {
  const path = `/v1/analyze${queryOf(options.words)}`
  const asked = await ask({ method: 'GET', path, timeoutMs: PROMPT_MS })
  if ('status' in asked) return asked.status
  if (!isAnalysis(asked.body)) return unexpected(asked.body)
  const reply = asked.body
  const file = options.text('svg')
  if (options.has('json')) print(jsonPage(reply))
  else if (file === null) print(renderAnalysis(reply, { width: terminalWidth(), paint: paintFor(1) }))
  if (file !== null && !(await writePicture(file, reply))) return 1
  return reply.total_ms === null ? 1 : 0
}

async function writePicture(file: string, reply: AnalyzeReply): Promise<boolean> {
  const { bootSvg } = await import('../picture/boot-svg.ts')
  const picture = bootSvg(reply)
  if (file === '-') return print(picture)
  try {
    writeFileSync(file, picture)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    complain(`cannot write ${JSON.stringify(file)}: ${error.message}`)
    return false
  }
}

function isAnalysis(body: unknown): body is AnalyzeReply {
  if (typeof body !== 'object' || body === null) return false
  return 'critical_path' in body && 'services' in body && Array.isArray(body.services)
}
