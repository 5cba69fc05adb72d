import type { Cancel, Clock } from '../core/machine.ts'
import { MAX_TIMER_MS } from './limits.ts'

/** The machine's time. */
export const clock: Clock = { now, today: () => Date.now(), startTimer }

/** Not `performance.now()`: loading that takes two thirds of a millisecond of the start. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

function startTimer(afterMs: number, expired: () => void): Cancel {
  let timer: NodeJS.Timeout
  const wait = (leftMs: number): void => {
    timer = setTimeout(
      () => (leftMs > MAX_TIMER_MS ? wait(leftMs - MAX_TIMER_MS) : expired()),
      Math.min(Math.ceil(leftMs), MAX_TIMER_MS),
    )
  }
  wait(afterMs)
  return () => clearTimeout(timer)
}
