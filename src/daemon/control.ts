import type { JsonReply, RawRequest, Reply } from '../core/control/exchange.ts'
import { resolveNames } from '../core/control/names.ts'
import { parseRequest } from '../core/control/route.ts'
import type { Machine } from '../core/machine.ts'
import type { ChangeRequest, ControlError, ControlRequest, LogLine, OutcomeReply } from '../core/protocol.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import { unwellMembers } from '../core/supervisor/well.ts'
import { standingOf } from '../core/supervisor/awaiting.ts'
import { createCalendar } from './calendar.ts'
import type { Logs } from './logs.ts'
import type { Loop } from './loop.ts'
import { statusReply, withUsage } from './status.ts'
import { startWait, type Wait } from './waiting.ts'

/** What the control socket needs to answer. */
export interface ControlParts {
  readonly project: string
  readonly loop: Loop
  readonly machine: Machine
  readonly logs: Pick<Logs, 'tail' | 'follow'>
}

/** Answers requests of the control socket. */
export function createControl(parts: ControlParts): (raw: RawRequest) => Reply {
  const desk: Desk = { ...parts, dateOf: createCalendar(parts.machine.clock) }
  return (raw) => {
    const request = parseRequest(raw)
    return 'kind' in request ? answer(desk, request) : refusal(request)
  }
}

/** What answers are made with. */
interface Desk extends ControlParts {
  readonly dateOf: (instant: number) => number
}

function answer(desk: Desk, request: ControlRequest): Reply {
  switch (request.kind) {
    case 'health':
      return { kind: 'json', status: 200, body: health(desk) }
    case 'shutdown':
      return shutdown(desk, request.code)
    case 'status':
      return forNamed(desk, request.services, (services) => status(desk, services, request.usage))
    case 'start':
    case 'stop':
    case 'restart':
      return forNamed(desk, request.services, (services) => change(desk, { ...request, services }))
    case 'wait':
      return forNamed(desk, request.services, (services) => waitFor(desk, request, services))
    case 'logs':
      return forNamed(desk, request.services, (services) => logs(desk, services, request))
  }
}

function health({ loop, machine }: ControlParts): OutcomeReply {
  const supervisor = loop.supervisor()
  const { phase, members } = supervisor
  if (phase.kind !== 'supervising') return { ok: false, reasons: ['the supervisor is shutting down'] }
  const now = machine.clock.now()
  const reasons = unwellMembers(members.values()).map(({ service: { config } }) => {
    return `${config.name}: ${standingOf(supervisor, config.name, now)}`
  })
  return { ok: reasons.length === 0, reasons }
}

function shutdown({ loop }: ControlParts, code: number | null): Reply {
  loop.dispatch({ kind: 'shutdown-requested', by: 'supervisor shutdown', status: code ?? 0, insist: false })
  return done
}

const done: JsonReply = { kind: 'json', status: 200, body: { ok: true, reasons: [] } satisfies OutcomeReply }

function status({ project, loop, machine, dateOf }: Desk, names: readonly string[], usage: boolean): Reply {
  const reply = statusReply({ project, supervisor: loop.supervisor(), names, now: machine.clock.now(), dateOf })
  if (!usage) return { kind: 'json', status: 200, body: reply }
  return {
    kind: 'later',
    start: (send) => {
      let isWanted = true
      const answered = (body: object): void => {
        if (isWanted) send({ kind: 'json', status: 200, body })
      }
      // A status without CPU and memory is better than none.
      withUsage(reply, machine).then(answered, () => answered(reply))
      return () => void (isWanted = false)
    },
  }
}

function change(desk: Desk, request: ChangeRequest): Reply {
  const { loop } = desk
  const { kind, services, wait, timeoutMs } = request
  if (loop.supervisor().phase.kind !== 'supervising') {
    return refusal({ status: 409, message: `cannot ${kind} services: the supervisor is shutting down` })
  }
  loop.dispatch({ kind: `${kind}-requested`, services })
  return wait ? later(desk, { services, goal: kind === 'stop' ? 'down' : 'ready', timeoutMs }) : done
}

function waitFor(desk: Desk, request: Extract<ControlRequest, { kind: 'wait' }>, named: readonly string[]): Reply {
  const { services, until: goal, timeoutMs } = request
  // Asked for all, only those count that can get there at all.
  const members = named.flatMap((name) => desk.loop.supervisor().members.get(name) ?? [])
  const able = members.filter(
    ({ service: { config } }) => config.enabled && (goal !== 'completed' || config.type === 'oneshot'),
  )
  const names = services.length > 0 ? named : able.map(({ service }) => service.config.name)
  return later(desk, { services: names, goal, timeoutMs })
}

function later({ loop, machine }: Desk, wait: Wait): Reply {
  return {
    kind: 'later',
    start: (send) => startWait(loop, machine.clock, wait, (body) => send({ kind: 'json', status: 200, body })),
  }
}

function logs(
  { logs: source }: ControlParts,
  services: readonly string[],
  request: Extract<ControlRequest, { kind: 'logs' }>,
): Reply {
  return {
    kind: 'stream',
    start: (sink) => {
      for (const line of newest(source.tail(services, linesOfEach(services.length, request.last)))) sink.write(line)
      if (request.follow) return source.follow(services, (line) => void sink.write(line))
      sink.end()
      return () => undefined
    },
  }
}

/**
 * What is remembered of many services, sent at once, would hold up everything else for over a second (measured: 200 with
 * all their lines) and take the memory with it.
 */
const MOST_LINES = 20_000
const MOST_CHARACTERS = 16 * 1024 * 1024

function linesOfEach(services: number, asked: number | null): number {
  return Math.min(asked ?? Infinity, Math.floor(MOST_LINES / Math.max(1, services)))
}

function newest(lines: readonly LogLine[]): readonly LogLine[] {
  let characters = 0
  const first = lines.findLastIndex(({ text }) => (characters += text.length) > MOST_CHARACTERS)
  return lines.slice(first + 1)
}

function forNamed(
  desk: ControlParts,
  patterns: readonly string[],
  reply: (services: readonly string[]) => Reply,
): Reply {
  // The foreground command is nobody's to stop or to wait for: its end is the container's.
  const known = [...desk.loop.supervisor().members.keys()].filter((name) => name !== COMMAND)
  const resolved = resolveNames(patterns, known)
  if ('names' in resolved) return reply(resolved.names)
  return refusal({ status: 404, message: resolved.refusal })
}

function refusal(error: ControlError): JsonReply {
  return { kind: 'json', status: error.status, body: error }
}
