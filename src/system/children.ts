import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'

const living = new Set<number>()

/**
 * The one way to start a process: `child_process.spawn`, and the child is known to be libuv's, so that the reaper
 * leaves its status to it. Throws as `spawn` does; an `error` event without a listener does no harm.
 */
export function spawnChild(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(file, args, options)
  child.on('error', () => {})
  const { pid } = child
  if (pid !== undefined) {
    // No event can come between spawn and this line, even when the child is already dead: both are in one turn.
    living.add(pid)
    child.once('exit', () => living.delete(pid))
  }
  return child
}

/** Whether libuv will wait for this process. */
export function isChild(pid: number): boolean {
  return living.has(pid)
}
