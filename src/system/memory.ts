import { readFile } from 'node:fs/promises'

/** What a process has in memory, bytes, by how much of it others may have too (`/proc/PID/status`, proc_pid_status(5)). */
export interface Memory {
  /** Its own, but for what it has had in common with its parent since the fork and neither has written to. */
  readonly anonymous: number
  /** Of files, mostly programs and libraries. */
  readonly file: number
  /** Of memory that is made to be shared, such as PostgreSQL's shared buffers. */
  readonly shared: number
}

/** Reads under way at once, a descriptor each. */
const BATCH = 32

/**
 * Reads what processes have in memory; left out is what is gone, and all where the kernel does not tell (Linux 4.5).
 *
 * Not smaps_rollup, which shares out every page: the kernel walks all of them, 30 to 100 ms of it for each GB and process,
 * and it takes the rights of a debugger.
 */
export async function readMemories(pids: readonly number[]): Promise<ReadonlyMap<number, Memory>> {
  const found = new Map<number, Memory>()
  for (let at = 0; at < pids.length; at += BATCH) {
    const batch = pids.slice(at, at + BATCH)
    const memories = await Promise.all(batch.map((pid) => readMemory(pid)))
    for (const [index, pid] of batch.entries()) {
      const memory = memories[index]
      if (memory) found.set(pid, memory)
    }
  }
  return found
}

async function readMemory(pid: number): Promise<Memory | null> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
  const [anonymous, file, shared] = ['RssAnon', 'RssFile', 'RssShmem'].map((name) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(status)?.[1]
    return kib === undefined ? null : Number(kib) * 1024
  })
  if (typeof anonymous !== 'number' || typeof file !== 'number' || typeof shared !== 'number') return null
  return { anonymous, file, shared }
}

/**
 * What processes of one service have in memory together. What is shared counts once, as much of it as the one has that
 * has the most: summed up, a hundred backends of PostgreSQL would have its buffers a hundred times.
 */
export function memoryOf(memories: readonly Memory[]): number {
  const largest = (part: 'file' | 'shared'): number =>
    memories.reduce((most, memory) => Math.max(most, memory[part]), 0)
  return memories.reduce((sum, { anonymous }) => sum + anonymous, 0) + largest('file') + largest('shared')
}
