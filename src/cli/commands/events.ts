import type { EventReply } from '../../core/control/event-reply.ts'
import type { Missed } from '../../core/protocol.ts'
import { withOptions, type Options } from '../options.ts'
import { createEventText } from '../render/event.ts'
import { follow, PROMPT_MS, queryOf, unexpected } from '../supervisor-link.ts'
import { paintFor, print, terminalWidth } from '../terminal.ts'

/** `supervisor events`: what happens, and what has happened lately, a line each; 0 when the supervisor has ended. */
export function events(argv: readonly string[]): Promise<number> {
  return withOptions('events', argv, showEvents)
}

async function showEvents(options: Options): Promise<number> {
  const follows = !options.has('no-follow')
  const query = queryOf([
    ...options.words.map((name) => ['service', name] as const),
    // Who goes on looking wants what is new.
    ['last', options.number('last') ?? (follows ? 0 : null)],
    ['follow', follows ? 'true' : null],
  ])
  const view = { paint: paintFor(1), width: terminalWidth() }
  const format = options.has('json')
    ? (event: EventReply | Missed): string => JSON.stringify(event)
    : createEventText(view)
  let status = 0
  const onLine = (line: unknown): void => {
    if (!isEvent(line)) status = unexpected(line)
    // Nobody reads any more: there is nothing to follow for.
    else if (!print(`${format(line)}\n`)) process.exit(status)
  }
  const asked = await follow({ method: 'GET', path: `/v1/events${query}`, timeoutMs: PROMPT_MS }, onLine)
  if ('body' in asked) return unexpected(asked.body)
  return Math.max(asked.status, status)
}

function isEvent(line: unknown): line is EventReply | Missed {
  return typeof line === 'object' && line !== null && ('missed' in line || ('at' in line && 'event' in line))
}
