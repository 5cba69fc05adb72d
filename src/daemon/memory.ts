import type { Machine } from '../core/machine.ts'

/** Resident bytes of the whole tree below a process; null when they cannot be read, for whatever reason. */
export async function measureMemory(machine: Pick<Machine, 'usage'>, pid: number): Promise<number | null> {
  try {
    return (await machine.usage([pid])).get(pid)?.memory ?? null
  } catch {
    // A measurement that is missing is made again: the next one comes by itself.
    return null
  }
}
