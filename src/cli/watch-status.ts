import { setTimeout as pause } from 'node:timers/promises'
import type { StatusReply } from '../core/protocol.ts'
import { DEFAULT_INTERVAL_MS, QUIT_KEY, showLive } from './live.ts'
import type { Options } from './options.ts'
import { jsonLine } from './render/json.ts'
import { renderStatus, type StatusView } from './render/status.ts'
import { watchLines } from './render/watch.ts'
import { askStatus } from './status-request.ts'
import type { Request } from './supervisor-link.ts'
import { hasScreen, paintFor, print, terminalWidth } from './terminal.ts'

/**
 * `supervisor status --watch`: on a terminal, in place, until `q` or Ctrl-C; elsewhere one after the other, as long as
 * there is an answer and somebody who reads. There Ctrl-C ends it as it ends any command.
 */
export async function watchStatus(request: Request, options: Options): Promise<number> {
  const intervalMs = options.number('interval') ?? DEFAULT_INTERVAL_MS
  const extent = options.words.length === 0 ? 'table' : 'whole'
  if (options.has('json')) return printAll(request, intervalMs, jsonLine)
  const view = { paint: paintFor(1), extent } as const
  if (hasScreen()) return watchLive(request, intervalMs, view)
  return printAll(
    request,
    intervalMs,
    (reply) => `${renderStatus(reply, { ...view, today: Date.now(), width: terminalWidth() })}\n`,
  )
}

async function printAll(request: Request, intervalMs: number, format: (reply: StatusReply) => string): Promise<number> {
  for (;;) {
    const asked = await askStatus(request)
    if ('status' in asked) return asked.status
    if (!print(format(asked.reply))) return 0
    await pause(intervalMs)
  }
}

async function watchLive(
  request: Request,
  intervalMs: number,
  view: Pick<StatusView, 'paint' | 'extent'>,
): Promise<number> {
  const first = await askStatus(request)
  if ('status' in first) return first.status
  let { reply } = first
  return showLive({
    request,
    intervalMs,
    take: (next) => void (reply = next),
    lines: ({ size, today, trouble, hasKeys }) => {
      const footer = { keys: hasKeys ? [QUIT_KEY] : [], notes: [], trouble }
      return watchLines(reply, { ...view, width: size.columns, rows: size.rows, today, footer })
    },
    pressed: () => undefined,
  })
}
