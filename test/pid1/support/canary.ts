import { Worker } from 'node:worker_threads'

/** Tells how noisy the machine is; to be closed. */
export interface Canary {
  /** All that its timers were late so far, ms: of two looks the difference is what was lost between them. */
  readonly lateMs: () => number
  readonly close: () => Promise<unknown>
}

/** A thread that does nothing but set a timer of 5 ms again and again, and add up by how much each was late. */
const TIMER = `
  const late = new Float64Array(require('node:worker_threads').workerData)
  let due = performance.now() + 5
  setInterval(() => {
    const now = performance.now()
    late[0] += Math.max(0, now - due - 1)
    due = now + 5
  }, 5)`

/** Starts listening to the machine. */
export function startCanary(): Canary {
  const shared = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)
  const late = new Float64Array(shared)
  const worker = new Worker(TIMER, { eval: true, workerData: shared })
  return { lateMs: () => late[0] ?? 0, close: () => worker.terminate() }
}
