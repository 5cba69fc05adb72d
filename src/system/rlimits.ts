import { readFileSync } from 'node:fs'
import type { Ulimit, UlimitName } from '../core/config/model.ts'
import { errnoName } from './libc/calls.ts'
import { readLimit, setLimit, type Limit } from './libc/limits.ts'
import { Refusal } from './refusal.ts'

/** Their numbers in setrlimit(2) (asm-generic/resource.h). */
export const RESOURCES: Readonly<Record<UlimitName, number>> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
}

/** The largest number is "unlimited". */
const INFINITY: bigint = 2n ** 64n - 1n

/** prlimit(1)'s word for a limit. */
export function limitWord(name: UlimitName, { soft, hard }: Ulimit): string {
  return `--${name}=${soft}:${hard}`
}

/**
 * Checks that a limit can be set, by raising our own hard one for a moment: the right to do so says little by itself,
 * since in a user namespace it counts for nothing, and `nofile` has a limit of its own.
 *
 * @throws {Refusal}
 */
export function checkLimit(name: UlimitName, wanted: Ulimit): void {
  const [soft, hard] = [inNumbers(wanted.soft), inNumbers(wanted.hard)]
  const what = `limit "${name}" to ${wanted.soft === wanted.hard ? wanted.hard : `${wanted.soft}:${wanted.hard}`}`
  if (soft > hard) throw new Refusal(`cannot ${what}: the soft limit is above the hard one`)
  const resource = RESOURCES[name]
  const own = readLimit(resource)
  if (own === null || hard <= own.hard) return
  const result = tryLimit(resource, own, hard)
  if (result >= 0) return
  const most = name === 'nofile' ? readMostFiles() : null
  if (most !== null && hard > most) {
    throw new Refusal(`cannot ${what}: the kernel allows at most ${most} (fs.nr_open)`)
  }
  const why = `the supervisor's own hard limit is ${own.hard}, and it may not raise it (${errnoName(result)})`
  throw new Refusal(
    `cannot ${what}: ${why}; start the container with --ulimit ${name}=${wanted.hard === 'unlimited' ? -1 : wanted.hard}`,
  )
}

function tryLimit(resource: number, own: Limit, hard: bigint): number {
  const result = setLimit(0, resource, { soft: own.soft, hard })
  if (result >= 0) setLimit(0, resource, own)
  return result
}

function inNumbers(limit: Ulimit['soft']): bigint {
  return limit === 'unlimited' ? INFINITY : BigInt(limit)
}

function readMostFiles(): bigint | null {
  try {
    return BigInt(readFileSync('/proc/sys/fs/nr_open', 'latin1').trim())
  } catch {
    return null
  }
}
