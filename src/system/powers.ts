import type { UlimitName } from '../core/config/model.ts'
import type { Powers } from '../core/config/world.ts'
import { namesOf, ownCapabilities } from './capabilities.ts'
import { readLimit } from './libc.ts'
import { INFINITY, RESOURCES } from './rlimits.ts'

/** Enough for every capability that there will be; a limit that cannot be read holds nobody back. */
const ALL = (1n << 64n) - 1n

/** What this process may do; where the kernel does not tell, all. */
export function readPowers(): Powers {
  const limits = Object.entries(RESOURCES) as [UlimitName, number][]
  return {
    capabilities: new Set(namesOf(ownCapabilities()?.effective ?? ALL)),
    hardLimits: new Map(limits.map(([name, resource]) => [name, hardLimit(resource)])),
  }
}

function hardLimit(resource: number): number | 'unlimited' {
  const hard = readLimit(resource)?.hard ?? INFINITY
  return hard === INFINITY ? 'unlimited' : Number(hard)
}
