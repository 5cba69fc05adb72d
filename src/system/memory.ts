import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { attempt } from './process-table.ts'

/** What a process has in memory, bytes, by how much of it others may have too (`/proc/PID/status`, proc_pid_status(5)). */
export interface Memory {
  /** Its own, but for what it has had in common with its parent since the fork and neither has written to. */
  readonly anonymous: number
  /** Of files, mostly programs and libraries. */
  readonly file: number
  /** Of memory that is made to be shared, such as PostgreSQL's shared buffers. */
  readonly shared: number
}

/** Processes read in one turn of the event loop: a millisecond's work. Through libuv's threads it takes four times that. */
const PER_TURN = 32

/**
 * Reads what processes have in memory; left out is what is gone, and all where the kernel does not tell (Linux 4.5).
 *
 * Not smaps_rollup, which shares out every page: the kernel walks all of them, 30 to 100 ms of it for each GB and process,
 * and it takes the rights of a debugger.
 */
export async function readMemories(pids: readonly number[]): Promise<ReadonlyMap<number, Memory>> {
  const found = new Map<number, Memory>()
  for (const [index, pid] of pids.entries()) {
    if (index % PER_TURN === PER_TURN - 1) await nextTurn()
    const memory = readMemory(pid)
    if (memory !== null) found.set(pid, memory)
  }
  return found
}

function readMemory(pid: number): Memory | null {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'latin1'))
  if (status.kind !== 'read') return null
  const [anonymous, file, shared] = ['RssAnon', 'RssFile', 'RssShmem'].map((name) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(status.value)?.[1]
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
