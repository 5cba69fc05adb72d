import { readdir, readFile } from 'node:fs/promises'

/** How many descriptors this process may have open, at most and now. */
export interface Descriptors {
  readonly limit: number
  readonly open: number
}

/** The soft limit (proc_pid_limits(5)), infinite where there is none, and what is open of it. */
export async function readDescriptors(): Promise<Descriptors> {
  const [limits, open] = await Promise.all([readFile('/proc/self/limits', 'utf8'), readdir('/proc/self/fd')])
  const soft = /^Max open files +(\d+)/mu.exec(limits)?.[1]
  return { limit: soft === undefined ? Infinity : Number(soft), open: open.length }
}
