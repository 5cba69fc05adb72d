import type { LineSink, StreamReply } from '../core/control/exchange.ts'
import type { Cancel } from '../core/machine.ts'
import type { ControlRequest } from '../core/protocol.ts'
import type { ControlParts } from './desk.ts'

/** What services have written and, where that is followed, what they write. */
export function streamLogs(
  { logs }: Pick<ControlParts, 'logs'>,
  names: readonly string[],
  request: Extract<ControlRequest, { kind: 'logs' }>,
): StreamReply {
  const past = (): Iterable<object> => logs.past(names, request)
  if (!request.follow) return ofPast(past)
  return followed(past, (sink) => logs.follow(names, (entries) => void sink.writeAll(entries)))
}

/** What has happened and, where that is followed, what happens. Without names all is meant, also what is about no service. */
export function streamEvents(
  { events }: Pick<ControlParts, 'events'>,
  names: readonly string[],
  { services, last, follow }: Extract<ControlRequest, { kind: 'events' }>,
): StreamReply {
  const wanted = services.length === 0 ? null : new Set(names)
  if (!follow) return ofPast(() => events.past(wanted, last))
  return followed(
    () => events.past(wanted, last),
    (sink) => events.follow(wanted, (event) => void sink.write(event)),
  )
}

function ofPast(past: () => Iterable<object>): StreamReply {
  const start = (sink: LineSink): Cancel => {
    sink.begin(past())
    sink.end()
    return () => undefined
  }
  return { kind: 'stream', isBrief: true, start }
}

function followed(past: () => Iterable<object>, follow: (sink: LineSink) => Cancel): StreamReply {
  const start = (sink: LineSink): Cancel => {
    sink.begin(past())
    return follow(sink)
  }
  return { kind: 'stream', start }
}
