import type { Machine, Usage } from '../core/machine.ts'
import type { ServiceStatus, StatusReply } from '../core/protocol.ts'
import type { Supervisor } from '../core/supervisor/state.ts'
import { overallState, statusOf, type CoreStatus } from '../core/supervisor/status.ts'

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
}

/** The status of the set, of the named services only, with wall-clock times and no CPU or memory. */
export function statusReply({ project, supervisor, names, now, dateOf }: StatusParts): StatusReply {
  const row = ({ since, ...status }: CoreStatus): ServiceStatus => ({
    ...status,
    since: new Date(dateOf(since)).toISOString(),
    cpu: null,
    memory: null,
  })
  const services = statusOf(supervisor, now).filter(({ name }) => names.includes(name))
  return { name: project, state: overallState(supervisor), services: services.map(row) }
}

/** The same status with CPU and memory of each tree, where they could be read. */
export async function withUsage(reply: StatusReply, machine: Machine): Promise<StatusReply> {
  const pids = reply.services.flatMap(({ pid }) => (pid === null ? [] : [pid]))
  const usage = await machine.usage(pids)
  const used = ({ pid }: ServiceStatus): Usage | undefined => (pid === null ? undefined : usage.get(pid))
  const services = reply.services.map((status) => ({
    ...status,
    cpu: used(status)?.cpu ?? null,
    memory: used(status)?.memory ?? null,
  }))
  return { ...reply, services }
}
