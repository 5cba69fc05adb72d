import type { StatusReply } from '../core/protocol.ts'

/** CPU of the supervisor itself and of all together: they have no name that a service could have too. */
export const SUPERVISOR = '(supervisor)'
export const TOTAL = '(total)'

/** CPU over time, by name, the latest last. */
export type History = ReadonlyMap<string, readonly number[]>

/** As much as the widest terminal shows. */
const MOST = 240

/** The history with one more status in it; what is in that no more is forgotten. */
export function withStatus(history: History, { supervisor, services }: StatusReply): History {
  const values = services.map(({ name, cpu }): readonly [string, number] => [name, cpu ?? 0])
  const own = supervisor.cpu ?? 0
  const total = values.reduce((sum, [, cpu]) => sum + cpu, own)
  return new Map(
    [...values, [SUPERVISOR, own] as const, [TOTAL, total] as const].map(([name, cpu]) => [
      name,
      [...(history.get(name) ?? []), cpu].slice(-MOST),
    ]),
  )
}
