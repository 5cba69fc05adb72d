import type { Machine, Usage } from '../core/machine.ts'
import type { ServiceStatus, StatusReply } from '../core/protocol.ts'
import type { Supervisor } from '../core/supervisor/state.ts'
import { overallState, statusOf, type CoreStatus } from '../core/supervisor/status.ts'

/** The status of the set, of the named services only, with wall-clock times and no CPU or memory. */
export function statusReply(
  project: string,
  supervisor: Supervisor,
  names: readonly string[],
  machine: Machine,
): StatusReply {
  const now = machine.clock.now()
  const today = machine.clock.today()
  const row = ({ since, ...status }: CoreStatus): ServiceStatus => ({
    ...status,
    since: new Date(today - (now - since)).toISOString(),
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
