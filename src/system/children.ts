import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'

const living = new Set<number>()
let isWatching = false

/**
 * From now on knows every process that `node:child_process` starts, whoever asks for it, a package among them.
 *
 * Node tells of each new child on a channel (diagnostics_channel), before it is spawned. Its pid is there when the
 * call that spawns it has returned, and so in a microtask, in the same turn: no event about it can come before that,
 * even when it is already dead.
 */
export function watchChildren(): void {
  if (isWatching) return
  isWatching = true
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess }
    queueMicrotask(() => remember(child))
  })
}

/** Whether libuv will wait for this process. */
export function isChild(pid: number): boolean {
  return living.has(pid)
}

function remember(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  living.add(pid)
  child.once('exit', () => living.delete(pid))
}
