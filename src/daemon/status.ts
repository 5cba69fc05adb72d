import { timestamp } from './calendar.ts'
import type { LaterReply } from '../core/control/exchange.ts'
import type { Machine, Usage } from '../core/machine.ts'
import type { ServiceStatus, StatusReply } from '../core/protocol.ts'
import type { Supervisor } from '../core/supervisor/state.ts'
import type { LastLineOf } from '../core/supervisor/look.ts'
import { overallReason, overallState, statusOf, type CoreStatus } from '../core/supervisor/status.ts'

/** What a status is made of. */
export interface StatusParts {
  readonly project: string
  readonly supervisor: Supervisor
  /** Of which services. */
  readonly names: readonly string[]
  /** A monotonic instant. */
  readonly now: number
  /** When a monotonic instant was, ms since 1970. */
  readonly dateOf: (instant: number) => number
  readonly lastLineOf: LastLineOf
  /** When a service runs by its schedule, ms since 1970; null when that is not waited for. */
  readonly nextRunAt: (service: string) => number | null
  /** Why nobody takes what a service writes, in words; empty when somebody does. */
  readonly heldBack: (service: string) => string
}

/** The status of the set, of the named services only, with wall-clock times and no CPU or memory. */
export function statusReply(parts: StatusParts): StatusReply {
  const { project, supervisor, names, now, lastLineOf } = parts
  const services = statusOf(supervisor, now, lastLineOf, new Set(names))
  return {
    name: project,
    state: overallState(supervisor),
    reason: overallReason(supervisor),
    supervisor: NOT_SAMPLED,
    services: services.map((status) => rowOf(status, parts)),
  }
}

const NOT_SAMPLED = { cpu: null, memory: null } as const

function rowOf(status: CoreStatus, { dateOf, nextRunAt, heldBack }: StatusParts): ServiceStatus {
  const { name, since, next, deadline, check } = status
  const nextAt = next === null ? nextRunAt(name) : dateOf(next)
  return {
    ...status,
    reason: [status.reason, heldBack(name)].filter((words) => words !== '').join('; '),
    since: timestamp(dateOf(since)),
    next: nextAt === null ? null : timestamp(nextAt),
    deadline: deadline === null ? null : timestamp(dateOf(deadline)),
    check: check === null ? null : checkReply(check, dateOf),
    ...NOT_SAMPLED,
    processes: null,
  }
}

function checkReply(
  { at, passed, output }: NonNullable<CoreStatus['check']>,
  dateOf: StatusParts['dateOf'],
): ServiceStatus['check'] {
  return { ended: timestamp(dateOf(at)), passed, output }
}

type Sampler = Pick<Machine, 'usage' | 'ownUsage'>

/**
 * The same status with CPU and memory of each tree, where they could be read.
 *
 * @param failed Told of a fault; a status without CPU and memory is better than none.
 */
export function withUsage(reply: StatusReply, machine: Sampler, failed: (message: string) => void): LaterReply {
  return {
    kind: 'later',
    isBrief: true,
    start: (send) => {
      let isWanted = true
      const sendWithUsage = async (): Promise<void> => {
        const body = await addUsage(reply, machine).catch((error: unknown) => {
          failed(`internal error: cannot read CPU and memory: ${String(error)}`)
          return reply
        })
        if (isWanted) send({ kind: 'json', status: 200, body })
      }
      sendWithUsage().catch((error: unknown) => failed(`internal error: cannot answer with a status: ${String(error)}`))
      return () => void (isWanted = false)
    },
  }
}

async function addUsage(reply: StatusReply, machine: Sampler): Promise<StatusReply> {
  const pids = reply.services.flatMap(({ pid }) => (pid === null ? [] : [pid]))
  const [usage, own] = await Promise.all([machine.usage(pids), machine.ownUsage()])
  const used = ({ pid }: ServiceStatus): Usage | undefined => (pid === null ? undefined : usage.get(pid))
  const services = reply.services.map((status) => {
    const { cpu = null, memory = null, processes = null } = used(status) ?? {}
    return { ...status, cpu, memory, processes }
  })
  return { ...reply, supervisor: own ?? reply.supervisor, services }
}
