import type { EventReply } from '../../core/control/event-reply.ts'
import type { Missed } from '../../core/protocol.ts'
import { withOptions, type Options } from '../options.ts'
import { printStream } from '../print-stream.ts'
import { createEventText } from '../render/event.ts'
import { jsonLine } from '../render/json.ts'
import { queryOf } from '../supervisor-link.ts'
import { paintFor, terminalWidth } from '../terminal.ts'

/** `supervisor events`: what happens, and what has happened lately, a line each; 0 when the supervisor has ended. */
export function events(argv: readonly string[]): Promise<number> {
  return withOptions('events', argv, showEvents)
}

function showEvents(options: Options): Promise<number> {
  const follows = !options.has('no-follow')
  const query = queryOf(options.words, [
    // Who goes on looking wants what is new.
    ['last', options.number('last') ?? (follows ? 0 : null)],
    ['follow', follows ? 'true' : null],
  ])
  const text = createEventText({ paint: paintFor(1), width: terminalWidth() })
  const render = options.has('json') ? jsonLine : (event: EventReply | Missed): string => `${text(event)}\n`
  return printStream(`/v1/events${query}`, { isOne: isEvent, render })
}

function isEvent(line: unknown): line is EventReply | Missed {
  return typeof line === 'object' && line !== null && ('missed' in line || ('at' in line && 'event' in line))
}
