import { closeSync, readdirSync, readlinkSync } from 'node:fs'
import { isErrno } from './errno.ts'

/**
 * How long pidusage may keep what it knows of a process, an open descriptor each: longer than any question takes, so that
 * it closes none itself.
 */
const KEEP_MS = 3_600_000

/** CPU time used and time since its start, in ms, and all that is resident. */
export interface Used {
  readonly ctime: number
  readonly elapsed: number
}

/** Asks about some processes; those that are gone are left out. */
export type AskPidusage = (pids: readonly number[]) => Promise<ReadonlyMap<number, Used & { readonly memory: number }>>

/** pidusage, loaded when it is asked first. */
export function createPidusage(): AskPidusage {
  const quietly = quietFirst()
  return async (pids) => {
    if (pids.length === 0) return new Map()
    const { default: pidusage } = await import('pidusage')
    // Its own settings come from the environment, which here is the app's.
    const options = { maxage: KEEP_MS, usePs: false }
    const found = await quietly(() => pidusage([...pids], options).catch(nothing))
    pidusage.clear()
    closeStats(pids)
    return new Map(
      Object.entries(found).flatMap(([name, status]) => (isStatus(status) ? [[Number(name), status] as const] : [])),
    )
  }
}

/**
 * pidusage 4 forgets the descriptor of a process that ends between its first open and read (lib/procfile.js), and those
 * would add up over the years. It has no word for which these are: so after each question it is made to forget them all,
 * which closes none (lib/history.js), and all are closed here. To close some beside it would close a number twice, and by
 * then that can be somebody's connection.
 */
function closeStats(pids: readonly number[]): void {
  const stats = new Set(pids.map((pid) => `/proc/${pid}/stat`))
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      if (stats.has(readlinkSync(`/proc/self/fd/${fd}`))) closeSync(Number(fd))
    } catch (error) {
      // The descriptor of the folder itself is closed by now.
      if (!isErrno(error)) throw error
    }
  }
}

/** pidusage rejects when the only process asked for is gone, and has undefined in place of one of several. */
function nothing(): Readonly<Record<string, unknown>> {
  return {}
}

function isStatus(value: unknown): value is Used & { readonly memory: number } {
  return typeof value === 'object' && value !== null && 'ctime' in value && 'elapsed' in value && 'memory' in value
}

/**
 * The first question makes pidusage run getconf(1), for the size of a page and the ticks of a second. Where there is no
 * getconf it takes what is right nearly everywhere, but not without a word on the console, which is the container's.
 */
function quietFirst(): <T>(act: () => Promise<T>) => Promise<T> {
  let isFirst = true
  return async (act) => {
    if (!isFirst || process.env['PIDUSAGE_SILENT'] !== undefined) return act()
    isFirst = false
    process.env['PIDUSAGE_SILENT'] = '1'
    try {
      return await act()
    } finally {
      delete process.env['PIDUSAGE_SILENT']
    }
  }
}
