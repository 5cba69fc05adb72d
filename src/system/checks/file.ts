import type { Stats } from 'node:fs'
import type { ProbeResult } from '../../core/machine.ts'
import { type Check, causeOf, failed, PASSED } from './check.ts'
import { placeOf } from './place.ts'
import { stat } from './stat.ts'

/** A file and the time that it has to be as new as, ms since 1970. */
export interface FileQuestion {
  readonly path: string
  readonly notBeforeEpochMs: number
}

/**
 * Linux stamps files with the clock of the last timer tick, up to 10 ms behind the one that we read (CONFIG_HZ=100;
 * ktime_get_coarse_real_ts64), so a file written right after the spawn may look that much older than it.
 */
const TICK_MS = 10

/** Passes when the file exists and was written since. */
export function fileCheck({ path, notBeforeEpochMs }: FileQuestion): Check {
  return (settle) => stat(path, (found) => settle(found instanceof Error ? failed(describe(found)) : judge(found)))

  function judge(stats: Stats): ProbeResult {
    return isAsNewAs(stats.mtimeMs, notBeforeEpochMs) ? PASSED : failed(`${place()}: is older than this run`)
  }

  function describe(error: Error): string {
    const cause = causeOf(error)
    return cause === 'ENOENT' ? `${place()}: does not exist` : `${place()}: ${cause}`
  }

  function place(): string {
    return placeOf({ kind: 'file', path })
  }
}

/** A whole second is what a file system without finer times has cut off: then seconds are compared. */
function isAsNewAs(mtimeMs: number, epochMs: number): boolean {
  const notBefore = epochMs - TICK_MS
  return mtimeMs >= (mtimeMs % 1000 === 0 ? Math.floor(notBefore / 1000) * 1000 : notBefore)
}
