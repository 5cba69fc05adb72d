import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { StatusReply } from '../../core/protocol.ts'
import { withStatus, type History } from '../history.ts'
import { DEFAULT_INTERVAL_MS, QUIT_KEY, showLive } from '../live.ts'
import { withOptions, type Options } from '../options.ts'
import { ASCII, BLOCKS } from '../render/chart.ts'
import { jsonLine } from '../render/json.ts'
import { topLines, topScreen, type Order } from '../render/top.ts'
import { askStatus, statusRequest } from '../status-request.ts'
import type { Request } from '../supervisor-link.ts'
import { drawsUnicode, hasScreen, paintFor, print, terminalWidth } from '../terminal.ts'

/** `supervisor top`: live on a terminal, until `q` or Ctrl-C; elsewhere, or with `-n`, tables one after the other. */
export function top(argv: readonly string[]): Promise<number> {
  return withOptions('top', argv, showTop)
}

/** From the first sample to the first that says something of now: the one before is the average since the start. */
const FIRST_MS = 300

async function showTop(options: Options): Promise<number> {
  const request = statusRequest(options.words, 'with-usage')
  const intervalMs = options.number('interval') ?? DEFAULT_INTERVAL_MS
  const times = options.number('iterations')
  const primed = await askStatus(request)
  if ('status' in primed) return primed.status
  if (options.has('json')) return printAll(request, { intervalMs, times }, jsonLine)
  if (times === null && hasScreen()) return showTopLive(request, intervalMs)
  return printAll(request, { intervalMs, times }, tableOf)
}

interface Pace {
  readonly intervalMs: number
  readonly times: number | null
}

async function printAll(
  request: Request,
  { intervalMs, times }: Pace,
  format: (reply: StatusReply, index: number) => string,
): Promise<number> {
  for (let index = 0; index < (times ?? 1); index += 1) {
    await pause(intervalMs)
    const asked = await askStatus(request)
    if ('status' in asked) return asked.status
    if (!print(format(asked.reply, index))) return 0
  }
  return 0
}

function tableOf(reply: StatusReply, index: number): string {
  const view = { order: 'cpu', width: terminalWidth(), rows: Infinity, paint: paintFor(1), charts: null } as const
  return `${index === 0 ? '' : '\n'}${topLines(reply, view).join('\n')}\n`
}

const ORDERS: ReadonlyMap<string, Order> = new Map([
  ['c', 'cpu'],
  ['m', 'memory'],
  ['n', 'name'],
])

const KEYS = ['c CPU', 'm memory', 'n name', QUIT_KEY]

async function showTopLive(request: Request, intervalMs: number): Promise<number> {
  await pause(FIRST_MS)
  const first = await askStatus(request)
  if ('status' in first) return first.status
  let { reply } = first
  let history: History = withStatus(new Map(), reply)
  let order: Order = 'cpu'
  const paint = paintFor(1)
  const ink = drawsUnicode() ? BLOCKS : ASCII
  const cores = availableParallelism()
  const notes = [cores === 1 ? '1 core' : `${cores} cores`]
  return showLive({
    request,
    intervalMs,
    take: (next) => {
      reply = next
      history = withStatus(history, next)
    },
    lines: ({ size, today, trouble, hasKeys }) => {
      const footer = { keys: hasKeys ? KEYS : [], notes, trouble }
      return topScreen(reply, { order, size, today, paint, charts: { history, intervalMs, ink }, footer })
    },
    pressed: (key) => void (order = ORDERS.get(key) ?? order),
  })
}
