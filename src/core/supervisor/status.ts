import type { AwaitedService, ServiceStatus, StatusReply } from '../protocol.ts'
import { exitReply } from '../service/exit.ts'
import { pidOf, type LastCheck, type State } from '../service/state.ts'
import { causeOf } from './cause.ts'
import { hopeless, openEdges } from './conditions.ts'
import { healthOf, isUnhealthy } from './health.ts'
import { lookAt, type LastLineOf, type Look } from './look.ts'
import { reasonIn } from './reason.ts'
import type { Member, Supervisor } from './state.ts'
import { isWell, unwellMembers } from './well.ts'
import { describeCause } from './words.ts'

/** A status before CPU, memory, the wall clock and the times of schedules are known: instants are monotonic, ms. */
export type CoreStatus = Omit<
  ServiceStatus,
  'since' | 'next' | 'deadline' | 'check' | 'cpu' | 'memory' | 'processes'
> & {
  readonly since: number
  /** The end of a back-off. */
  readonly next: number | null
  readonly deadline: number | null
  readonly check: { readonly at: number; readonly passed: boolean; readonly output: string } | null
}

/**
 * The status of services at a monotonic instant, in the order of the file.
 *
 * @param names Of which; absent: of all.
 */
export function statusOf(
  supervisor: Supervisor,
  now: number,
  lastLineOf?: LastLineOf,
  names?: ReadonlySet<string>,
): readonly CoreStatus[] {
  const look = lookAt(supervisor, now, lastLineOf)
  const members = [...supervisor.members].filter(([name]) => names?.has(name) !== false)
  return members.map(([, member]) => memberStatus(look, member))
}

/** The state of the whole set in one word. */
export function overallState(supervisor: Supervisor): StatusReply['state'] {
  const { phase, members } = supervisor
  if (phase.kind !== 'supervising') return 'stopping'
  const unwell = unwellMembers(members.values())
  if (unwell.length === 0) return 'running'
  const withoutHope = hopeless(supervisor)
  const isStarting = unwell.every(({ service, wish }) => {
    const { kind } = service.state
    if (withoutHope.has(service.config.name)) return false
    // What runs and is not well is a oneshot on its first run, or has not been asked for its health yet.
    const isOnItsWay = kind === 'waiting' || kind === 'starting' || (kind === 'running' && !isUnhealthy(service.state))
    return wish === 'up' && service.history.restarts === 0 && isOnItsWay
  })
  const hasFailed = [...members.values()].some(({ service, wish }) => wish === 'up' && service.state.kind === 'failed')
  return isStarting && !hasFailed ? 'starting' : 'degraded'
}

/** Why everything stops; empty when it does not. */
export function overallReason({ phase }: Supervisor): string {
  return phase.kind === 'supervising' ? '' : describeCause(phase.cause)
}

function memberStatus(look: Look, member: Member): CoreStatus {
  const { supervisor } = look
  const { service, wish } = member
  const { config, state, history } = service
  return {
    name: config.name,
    description: config.description,
    labels: Object.fromEntries(config.labels),
    type: config.type,
    state: state.kind,
    health: healthOf(service),
    pid: pidOf(state),
    run: history.run,
    restarts: history.restarts,
    since: state.since,
    next: state.kind === 'backoff' ? state.until : null,
    failures: history.shortRuns,
    check: history.lastCheck === null ? null : checkReply(history.lastCheck),
    says: 'process' in state ? state.process.statusText : null,
    reason: reasonIn(look, member),
    cause: causeOf(supervisor, member),
    deadline: deadlineOf(state),
    waiting_for: awaited(supervisor, member),
    blocked_by: look.rootsOf(config.name).map(({ edge }) => edge.service),
    last_line: look.lastLineOf(config.name, history.run),
    exit: history.lastExit === null ? null : exitReply(history.lastExit),
    wanted: wish !== 'down' && state.kind !== 'disabled',
    well: supervisor.phase.kind === 'supervising' && isWell(member),
  }
}

function deadlineOf(state: State): number | null {
  return (state.kind === 'starting' || state.kind === 'stopping') && 'until' in state ? state.until : null
}

function awaited({ members }: Supervisor, { service: { state, config } }: Member): readonly AwaitedService[] {
  if (state.kind !== 'waiting' || state.for === 'schedule') return []
  return [...openEdges(members, config)].map(({ service, condition }) => {
    return { service, condition, state: members.get(service)?.service.state.kind ?? null }
  })
}

function checkReply({ at, result, output }: LastCheck): NonNullable<CoreStatus['check']> {
  return { at, passed: result === 'passed', output }
}
