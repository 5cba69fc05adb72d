import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import type { Cancel } from '../core/machine.ts'
import type { Exit } from '../core/service/exit.ts'
import { MAX_TIMER_MS } from './limits.ts'
import { readProcess } from './process-table.ts'
import type { ProcessEntry } from './proc-stat.ts'

/** Who waits for a child: libuv does, or somebody here who is told of its end. */
type Waiter = { readonly kind: 'libuv' } | { readonly kind: 'ours'; readonly exited: (exit: Exit) => void }

/** Somebody else's child, whose status is wanted should it become ours. */
interface Adopted {
  readonly startTime: number
  readonly exited: (exit: Exit) => void
}

const living = new Map<number, Waiter>()
const adopted = new Map<number, Adopted>()
let ours = 0
let hold: NodeJS.Timeout | undefined
let isWatching = false

/**
 * From now on knows every process that `node:child_process` starts: none of ours, but packages may (pidusage does).
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

/** Whether this process was started here and has not been waited for. */
export function isChild(pid: number): boolean {
  return living.has(pid)
}

/** Who waits for this process, dead or alive; null for one that nobody here waits for, such as most orphans. */
export function waiterOf(pid: number): Waiter | null {
  const started = living.get(pid)
  if (started !== undefined) return started
  const orphan = adopted.get(pid)
  if (orphan === undefined) return null
  const entry = readProcess(pid)
  // It may have ended long ago, below another parent, and the number be somebody else's.
  const isSame = typeof entry !== 'string' && entry.startTime === orphan.startTime
  return isSame ? { kind: 'ours', exited: orphan.exited } : null
}

/**
 * From now on the reaper tells of the end of a process that was not started here, should it be handed to this one, as
 * orphans are. As long as another parent waits for it, nothing is told.
 *
 * @returns What takes that back; harmless when it has ended.
 */
export function adopt({ pid, startTime }: Pick<ProcessEntry, 'pid' | 'startTime'>, exited: Adopted['exited']): Cancel {
  const orphan = { startTime, exited }
  adopted.set(pid, orphan)
  holdLoop()
  return () => {
    if (adopted.get(pid) === orphan) adopted.delete(pid)
    releaseLoop()
  }
}

/** From now on the reaper tells of the end of a process that was spawned here in this turn of the event loop. */
export function waitForChild(pid: number, exited: (exit: Exit) => void): void {
  living.set(pid, { kind: 'ours', exited })
  ours += 1
  holdLoop()
}

/** Forgets a process whose status has been taken. */
export function forgetChild(pid: number): void {
  if (living.delete(pid)) ours -= 1
  else adopted.delete(pid)
  releaseLoop()
}

/** Keeps the event loop from ending before a child. */
function holdLoop(): void {
  hold ??= setInterval(() => {}, MAX_TIMER_MS)
}

function releaseLoop(): void {
  if (ours > 0 || adopted.size > 0) return
  clearInterval(hold)
  hold = undefined
}

function remember(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  living.set(pid, { kind: 'libuv' })
  child.once('exit', () => living.delete(pid))
}
