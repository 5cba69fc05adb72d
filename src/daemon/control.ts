import type { JsonReply, RawRequest, Reply } from '../core/control/exchange.ts'
import { namesFor, resolveNames, type Names } from '../core/control/names.ts'
import { parseRequest } from '../core/control/route.ts'
import type { Machine } from '../core/machine.ts'
import type { ChangeRequest, ControlError, ControlRequest, Goal, OutcomeReply } from '../core/protocol.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import type { Member } from '../core/supervisor/state.ts'
import { unwellMembers } from '../core/supervisor/well.ts'
import { standingOf } from '../core/supervisor/awaiting.ts'
import { createCalendar } from './calendar.ts'
import type { Logs } from './logs.ts'
import type { Loop } from './loop.ts'
import { statusReply, withUsage } from './status.ts'
import type { Supervision } from './supervision.ts'
import { startWait, type Wait } from './waiting.ts'

/** What the control socket needs to answer. */
export interface ControlParts {
  readonly project: string
  readonly loop: Loop & Pick<Supervision, 'nextRunAt'>
  readonly machine: Machine
  readonly logs: Pick<Logs, 'tail' | 'follow'>
  /** Told of a fault that leaves a request without its answer, or without a part of it. */
  readonly failed: (message: string) => void
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
      return forNamed(desk, request.services, ({ names }) => status(desk, names, request.usage))
    case 'start':
    case 'stop':
    case 'restart':
      return forNamed(desk, request.services, (names) => change(desk, request, names))
    case 'wait':
      return forNamed(desk, request.services, (names) => waitFor(desk, request, names))
    case 'logs':
      return forNamed(desk, request.services, ({ names }) => logs(desk, names, request))
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
  const { phase } = loop.supervisor()
  if (phase.kind !== 'supervising' && code !== null && code !== phase.cause.status) {
    const message = `cannot shut down with status ${code}: the supervisor is shutting down with status ${phase.cause.status}`
    return refusal({ status: 409, message })
  }
  loop.dispatch({ kind: 'shutdown-requested', by: 'supervisor shutdown', status: code ?? 0, insist: false })
  return done
}

const done: JsonReply = { kind: 'json', status: 200, body: { ok: true, reasons: [] } satisfies OutcomeReply }

function status({ project, loop, machine, failed, dateOf }: Desk, names: readonly string[], usage: boolean): Reply {
  const { nextRunAt } = loop
  const now = machine.clock.now()
  const reply = statusReply({ project, supervisor: loop.supervisor(), names, now, dateOf, nextRunAt })
  return usage ? withUsage(reply, machine, failed) : { kind: 'json', status: 200, body: reply }
}

function change(desk: Desk, { kind, wait, timeoutMs }: ChangeRequest, meant: Names): Reply {
  const { phase, members } = desk.loop.supervisor()
  if (phase.kind !== 'supervising') {
    return refusal({ status: 409, message: `cannot ${kind} services: the supervisor is shutting down` })
  }
  const can = (name: string): boolean => kind === 'stop' || members.get(name)?.service.config.enabled === true
  const services = namesFor(meant, can)
  const disabled = services.find((name) => !can(name))
  if (disabled !== undefined) {
    return refusal({ status: 409, message: `cannot ${kind} "${disabled}": it is disabled by "enabled"` })
  }
  desk.loop.dispatch({ kind: `${kind}-requested`, services })
  return wait ? later(desk, { services, goal: kind === 'stop' ? 'down' : 'ready', timeoutMs }) : done
}

function waitFor(desk: Desk, { until, timeoutMs }: Extract<ControlRequest, { kind: 'wait' }>, meant: Names): Reply {
  const { members } = desk.loop.supervisor()
  const services = namesFor(meant, (name) => canBe(until, members.get(name)))
  return later(desk, { services, goal: until, timeoutMs })
}

/** Whether a service is made to get there at all: one that is disabled, and that runs on, are passed over. */
function canBe(goal: Goal, member: Member | undefined): boolean {
  if (member === undefined) return false
  const { enabled, type } = member.service.config
  return goal === 'stopped' || (enabled && (goal === 'ready' || type === 'oneshot'))
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
      for (const line of source.tail(services, request.last)) sink.write(line)
      if (request.follow) return source.follow(services, (line) => void sink.write(line))
      sink.end()
      return () => undefined
    },
  }
}

function forNamed(desk: ControlParts, patterns: readonly string[], reply: (names: Names) => Reply): Reply {
  // The foreground command is nobody's to stop or to wait for: its end is the container's.
  const known = [...desk.loop.supervisor().members.keys()].filter((name) => name !== COMMAND)
  const resolved = resolveNames(patterns, known)
  if ('names' in resolved) return reply(resolved)
  return refusal({ status: 404, message: resolved.refusal })
}

function refusal(error: ControlError): JsonReply {
  return { kind: 'json', status: error.status, body: error }
}
