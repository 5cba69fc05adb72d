import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import type { SignalName } from '../core/config/signal.ts'
import type { Exit } from '../core/service/exit.ts'
import { MAX_TIMER_MS } from './limits.ts'

/** Who waits for a child: libuv does, or somebody here who is told of its end. */
type Waiter = { readonly kind: 'libuv' } | { readonly kind: 'ours'; readonly exited: (exit: Exit) => void }

const living = new Map<number, Waiter>()
let ours = 0
let hold: NodeJS.Timeout | undefined
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

/** Whether this process was started here and has not been waited for. */
export function isChild(pid: number): boolean {
  return living.has(pid)
}

/** Who waits for this process; null for one that was not started here, such as an orphan. */
export function waiterOf(pid: number): Waiter | null {
  return living.get(pid) ?? null
}

/**
 * Takes over from libuv the waiting for a child that was spawned in this turn of the event loop: the reaper takes its
 * status, and tells it as the kernel has it. Node tells of a death by a real-time signal as of an exit with 0, and
 * libuv takes the status before any code of ours could look at it.
 *
 * A process whose handle is closed is forgotten by libuv (uv__process_close in src/unix/process.c). Should a Node have
 * no such handle, its own word counts.
 */
export function waitForChild(child: ChildProcess, exited: (exit: Exit) => void): void {
  const { pid, _handle: handle } = child as ChildProcess & { readonly _handle?: { readonly close?: () => void } }
  if (pid === undefined || typeof handle?.close !== 'function') {
    child.once('exit', (code, signal) => {
      exited(signal === null ? { kind: 'code', code: code ?? 0 } : { kind: 'signal', signal: signal as SignalName })
    })
    return
  }
  handle.close()
  living.set(pid, { kind: 'ours', exited })
  // As the handle did, this keeps the event loop from ending before the child.
  ours += 1
  hold ??= setInterval(() => {}, MAX_TIMER_MS)
}

/** Forgets a child of ours, whose status has been taken. */
export function forgetChild(pid: number): void {
  living.delete(pid)
  ours -= 1
  if (ours > 0) return
  clearInterval(hold)
  hold = undefined
}

function remember(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined || living.has(pid)) return
  living.set(pid, { kind: 'libuv' })
  child.once('exit', () => living.delete(pid))
}
