import type { StatusReply } from '../../core/protocol.ts'
import { withOptions, type Options } from '../options.ts'
import { renderStatus } from '../render/status.ts'
import { ask, PROMPT_MS, queryOf, unexpected } from '../supervisor-link.ts'
import { paintFor, print, terminalWidth } from '../terminal.ts'

/** `supervisor status`: 0 all is as wanted, 1 not, 3 no supervisor. */
export function status(argv: readonly string[]): Promise<number> {
  return withOptions('status', argv, showStatus)
}

async function showStatus(options: Options): Promise<number> {
  const usage = options.has('no-usage') ? null : 'true'
  const names = options.words.map((name) => ['service', name] as const)
  const path = `/v1/status${queryOf([...names, ['usage', usage]])}`
  const asked = await ask({ method: 'GET', path, timeoutMs: PROMPT_MS })
  if ('status' in asked) return asked.status
  if (!isStatus(asked.body)) return unexpected(asked.body)
  const extent = names.length === 0 ? 'table' : 'whole'
  const view = { today: Date.now(), width: terminalWidth(), paint: paintFor(1), extent } as const
  print(options.has('json') ? `${JSON.stringify(asked.body, null, 2)}\n` : renderStatus(asked.body, view))
  return asked.body.services.every(({ well }) => well) ? 0 : 1
}

function isStatus(body: unknown): body is StatusReply {
  return typeof body === 'object' && body !== null && 'services' in body && Array.isArray(body.services)
}
