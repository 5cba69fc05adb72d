import type { SignalName } from '../core/config/signal.ts'
import type { Reply } from '../core/control/exchange.ts'
import { namesFor, type Names } from '../core/control/names.ts'
import type { ChangeReply, ChangeRequest, OutcomeReply } from '../core/protocol.ts'
import { pidOf } from '../core/service/state.ts'
import { alsoAffected } from '../core/supervisor/also-affected.ts'
import { standingOf } from '../core/supervisor/awaiting.ts'
import { reasonOf } from '../core/supervisor/reason.ts'
import { json, refusal, type AskedDesk } from './desk.ts'
import { startWait } from './waiting.ts'

/** Starts, stops or restarts services; who cannot be is passed over, unless he was named as he stands. */
export function change(desk: AskedDesk, request: ChangeRequest, meant: Names): Reply {
  const { loop, machine, requester, lastLineOf } = desk
  const { kind, timeoutMs } = request
  const supervisor = loop.supervisor()
  const { phase, members } = supervisor
  if (phase.kind !== 'supervising') {
    return refusal({ status: 409, message: `cannot ${kind} services: the supervisor is shutting down` })
  }
  const can = (name: string): boolean => kind === 'stop' || members.get(name)?.service.config.enabled === true
  const services = namesFor(meant, can)
  const disabled = services.find((name) => !can(name)) ?? null
  if (disabled !== null) {
    const member = members.get(disabled)
    const why = member === undefined ? 'unknown' : reasonOf(supervisor, member, machine.clock.now())
    return refusal({ status: 409, message: `cannot ${kind} "${disabled}": it is ${why}` })
  }
  const also = kind === 'start' ? [] : alsoAffected(supervisor, kind, services)
  const done: ChangeReply = { ok: true, reasons: [], also }
  if (request.dryRun) return json(done)
  loop.dispatch({ kind: `${kind}-requested`, services, requester })
  if (!request.wait) return json(done)
  const wait =
    kind === 'stop'
      ? ({ services, goal: 'down', before: null, timeoutMs, lastLineOf } as const)
      : ({ services, goal: 'ready', before: supervisor, timeoutMs, lastLineOf } as const)
  return {
    kind: 'later',
    start: (send) => startWait(loop, machine.clock, wait, (outcome) => send(json({ ...outcome, also }))),
  }
}

/** Sends something to the processes of services; who has none is passed over, unless he was named as he stands. */
export function sendTo(
  { loop, machine, requester }: AskedDesk,
  meant: Names,
  sent: { readonly kind: 'reload-requested' } | { readonly kind: 'signal-requested'; readonly signal: SignalName },
): Reply {
  const supervisor = loop.supervisor()
  const hasProcess = (name: string): boolean => {
    const member = supervisor.members.get(name)
    return member !== undefined && pidOf(member.service.state) !== null
  }
  const services = namesFor(meant, hasProcess)
  const now = machine.clock.now()
  const absent = services.filter((name) => !hasProcess(name))
  const reasons = absent.map((name) => `${name}: it has no process: ${standingOf(supervisor, name, now)}`)
  loop.dispatch({ ...sent, services, requester })
  return json({ ok: reasons.length === 0, reasons } satisfies OutcomeReply)
}
