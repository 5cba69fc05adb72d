import type { StatusReply } from '../../../src/core/protocol.ts'
import type { Container } from './container.ts'
import { residentBytes } from './processes.ts'

/** A status, and how long it took. */
export interface TimedStatus {
  readonly ms: number
  readonly status: StatusReply
}

/** Asks for the status. */
export async function timedStatus(container: Container): Promise<TimedStatus> {
  const askedAt = performance.now()
  const status = await container.status()
  return { ms: performance.now() - askedAt, status }
}

/** Asks for the status again and again, so many times. */
export async function timedStatuses(container: Container, times: number): Promise<readonly TimedStatus[]> {
  const all: TimedStatus[] = []
  while (all.length < times) all.push(await timedStatus(container))
  return all
}

/** Of several times the one in the middle: on a machine with other work a single one says little. */
export function usualMs(all: readonly TimedStatus[]): number {
  return all.map(({ ms }) => ms).toSorted((one, other) => one - other)[all.length >> 1] ?? Infinity
}

/** Resident memory, MiB. */
export function residentMiB({ pid }: Container): number {
  return Math.round(residentBytes(pid) / 1024 / 1024)
}

/** How many services stand in each state. */
export function countStates({ services }: StatusReply): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { state } of services) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
