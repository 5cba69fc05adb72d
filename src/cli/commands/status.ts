import { withOptions, type Options } from '../options.ts'
import { jsonPage } from '../render/json.ts'
import { renderStatus, type StatusView } from '../render/status.ts'
import { askStatus, statusRequest } from '../status-request.ts'
import { paintFor, print, terminalWidth } from '../terminal.ts'
import { refuseUsage } from '../usage.ts'

/** `supervisor status`: 0 all is as wanted, 1 not, 3 no supervisor. */
export function status(argv: readonly string[]): Promise<number> {
  return withOptions('status', argv, showStatus)
}

async function showStatus(options: Options): Promise<number> {
  const request = statusRequest(options.words, options.has('no-usage') ? 'without-usage' : 'with-usage')
  // A question that is asked once needs none of what shows it live.
  if (options.has('watch')) return (await import('../watch-status.ts')).watchStatus(request, options)
  if (options.has('interval')) return refuseUsage('option "--interval" goes with --watch', 'supervisor status --help')
  const asked = await askStatus(request)
  if ('status' in asked) return asked.status
  const { reply } = asked
  const extent: StatusView['extent'] = options.words.length === 0 ? 'table' : 'whole'
  const view = { today: Date.now(), width: terminalWidth(), paint: paintFor(1), extent }
  print(options.has('json') ? jsonPage(reply) : renderStatus(reply, view))
  return reply.services.every(({ well }) => well) ? 0 : 1
}
