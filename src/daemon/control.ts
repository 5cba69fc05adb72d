import type { Asker } from '../core/control/access.ts'
import type { RawRequest, Reply } from '../core/control/exchange.ts'
import { namesFor, resolveNames, type Nameable, type Names } from '../core/control/names.ts'
import { redactReply } from '../core/control/redact-reply.ts'
import { describeRequester } from '../core/control/requester.ts'
import { parseRequest } from '../core/control/route.ts'
import { OWN_NAME } from '../core/log/label.ts'
import type { ServiceConfig } from '../core/config/model.ts'
import type { ControlRequest, Goal, OutcomeReply } from '../core/protocol.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import { reasonOf } from '../core/supervisor/reason.ts'
import type { Member } from '../core/supervisor/state.ts'
import { whyUnwell } from '../core/supervisor/unwell-words.ts'
import { listedUpTo } from '../core/text/list.ts'
import { quote } from '../core/text/quote.ts'
import { change, sendTo } from './changes.ts'
import { env, exec } from './env.ts'
import { analysisOf, graphOf } from './pictures.ts'
import { json, refusal, type AskedDesk, type ControlParts, type Desk } from './desk.ts'
import { createLastLines } from './last-lines.ts'
import { statusReply, withUsage } from './status.ts'
import { streamEvents, streamLogs } from './streams.ts'
import { startWait } from './waiting.ts'

/** Answers requests of the control socket. */
export function createControl(parts: ControlParts): (raw: RawRequest, asker: Asker) => Reply {
  const desk: Desk = { ...parts, lastLineOf: createLastLines(parts.logs, parts.redact) }
  return (raw, asker) => {
    const request = parseRequest(raw, asker)
    return redactReply(
      'kind' in request
        ? answer({ ...desk, requester: { uid: asker.uid, name: asker.name } }, request)
        : refusal(request),
      parts.redact,
    )
  }
}

function answer(desk: AskedDesk, request: ControlRequest): Reply {
  switch (request.kind) {
    case 'health':
      return json(health(desk))
    case 'graph':
      return forNamed(desk, request.services, ({ names }) => json(graphOf(desk, names)))
    case 'analyze':
      return forNamed(desk, request.services, ({ names }) => json(analysisOf(desk, names)))
    case 'shutdown':
      return shutdown(desk, request.code)
    case 'status':
      return forNamed(desk, request.services, ({ names }) => status(desk, names, request.usage))
    case 'start':
    case 'stop':
    case 'restart':
      return forNamed(desk, request.services, (names) => change(desk, request, names))
    case 'reload':
      return forNamed(desk, request.services, (names) => sendTo(desk, names, { kind: 'reload-requested' }))
    case 'signal':
      return forNamed(desk, request.services, (names) =>
        sendTo(desk, names, { kind: 'signal-requested', signal: request.signal }),
      )
    case 'wait':
      return forNamed(desk, request.services, (names) => waitFor(desk, request, names))
    case 'logs':
      return forNamed(desk, request.services, ({ names }) => streamLogs(desk, names, request), OWN)
    case 'env':
      return forOne(desk, request, (service) => env(desk, service, request.reveal))
    case 'exec':
      return forOne(desk, request, (service) => exec(desk, service))
    case 'events':
      return forNamed(desk, request.services, ({ names }) => streamEvents(desk, names, request))
  }
}

function health({ loop, machine, lastLineOf }: Desk): OutcomeReply {
  const reasons = whyUnwell(loop.supervisor(), machine.clock.now(), lastLineOf)
  return { ok: reasons.length === 0, reasons }
}

function shutdown({ loop, requester }: AskedDesk, code: number | null): Reply {
  const { phase } = loop.supervisor()
  if (phase.kind !== 'supervising' && code !== null && code !== phase.cause.status) {
    const message = `cannot shut down with status ${code}: the supervisor is shutting down with status ${phase.cause.status}`
    return refusal({ status: 409, message })
  }
  const by = `supervisor shutdown, asked by ${describeRequester(requester)}`
  loop.dispatch({ kind: 'shutdown-requested', by, requester, status: code ?? 0, insist: false })
  return json({ ok: true, reasons: [] } satisfies OutcomeReply)
}

function status(desk: Desk, names: readonly string[], usage: boolean): Reply {
  const { loop, machine, failed } = desk
  const { nextRunAt } = loop
  const { heldBack } = desk.logs
  const supervisor = loop.supervisor()
  const reply = statusReply({ ...desk, supervisor, names, now: machine.clock.now(), nextRunAt, heldBack })
  return usage ? withUsage(reply, machine, failed) : json(reply)
}

function waitFor(
  { loop, machine, lastLineOf }: Desk,
  { until, timeoutMs }: Extract<ControlRequest, { kind: 'wait' }>,
  meant: Names,
): Reply {
  const { members } = loop.supervisor()
  const services = namesFor(meant, (name) => canBe(until, members.get(name)))
  return {
    kind: 'later',
    start: (send) =>
      startWait(loop, machine.clock, { services, goal: until, before: null, timeoutMs, lastLineOf }, (outcome) =>
        send(json(outcome)),
      ),
  }
}

/** Whether a service is made to get there at all: one that is disabled, and that runs on, are passed over. */
function canBe(goal: Goal, member: Member | undefined): boolean {
  if (member === undefined) return false
  const { enabled, type } = member.service.config
  return goal === 'stopped' || (enabled && (goal === 'ready' || type === 'oneshot'))
}

/** The supervisor itself, whose words stand among the services' lines. */
const OWN: readonly Nameable[] = [{ name: OWN_NAME, instance: null }]

/** @param others Who can be named beside the services; none of those has such a name. */
function forNamed(
  desk: ControlParts,
  patterns: readonly string[],
  reply: (names: Names) => Reply,
  others: readonly Nameable[] = [],
): Reply {
  // The foreground command is nobody's to stop or to wait for: its end is the container's.
  const { members } = desk.loop.supervisor()
  const services = [...members.values()].map(({ service }) => service.config)
  const known = services.filter(({ name }) => name !== COMMAND)
  const resolved = resolveNames(patterns, [...known, ...others])
  if ('names' in resolved) return reply(resolved)
  return refusal({ status: 404, message: resolved.refusal })
}

/** Names that a refusal lists, at most. */
const MOST_NAMED = 10

const DOING = { env: 'show the environment of', exec: 'run a command as' } as const

/** Nothing is known of the user and the environment of a disabled service. */
function forOne(
  desk: ControlParts,
  { kind, services }: Extract<ControlRequest, { kind: 'env' | 'exec' }>,
  reply: (service: ServiceConfig) => Reply,
): Reply {
  const supervisor = desk.loop.supervisor()
  const { members } = supervisor
  const isEnabled = (name: string): boolean => members.get(name)?.service.config.enabled === true
  return forNamed(desk, services, (meant) => {
    const names = namesFor(meant, isEnabled)
    const [name = ''] = names
    const member = members.get(name)
    if (names.length === 1 && member?.service.config.enabled === true) return reply(member.service.config)
    if (names.length < 2) {
      const why = member === undefined ? 'disabled' : reasonOf(supervisor, member, desk.machine.clock.now())
      return refusal({ status: 409, message: `cannot ${DOING[kind]} ${quote(services[0] ?? '')}: it is ${why}` })
    }
    const those = listedUpTo(MOST_NAMED, names)
    const message = `${quote(services[0] ?? '')} means ${names.length} services: ${those}; name one of them`
    return refusal({ status: 400, message })
  })
}
