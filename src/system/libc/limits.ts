import { libc, outcome } from './calls.ts'

/** Limits of a resource; the largest number is "unlimited". */
export interface Limit {
  readonly soft: bigint
  readonly hard: bigint
}

/** Our own limits of a resource, by its number in setrlimit(2); null when the kernel does not tell. */
export function readLimit(resource: number): Limit | null {
  const limits = Buffer.alloc(16)
  if (outcome(libc().prlimit(0, resource, null, limits)) < 0) return null
  return { soft: limits.readBigUInt64LE(0), hard: limits.readBigUInt64LE(8) }
}

/** Sets the limits of a process (prlimit(2)), 0 for our own; 0 or a negative errno. */
export function setLimit(pid: number, resource: number, { soft, hard }: Limit): number {
  const limits = Buffer.alloc(16)
  limits.writeBigUInt64LE(soft, 0)
  limits.writeBigUInt64LE(hard, 8)
  return outcome(libc().prlimit(pid, resource, limits, null))
}
