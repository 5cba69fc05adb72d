import type { Cancel, Clock } from '../core/machine.ts'

/** setTimeout's limit; a longer delay would expire at once. */
const LONGEST_MS = 2 ** 31 - 1

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
      () => (leftMs > LONGEST_MS ? wait(leftMs - LONGEST_MS) : expired()),
      Math.min(Math.ceil(leftMs), LONGEST_MS),
    )
  }
  wait(afterMs)
  return () => clearTimeout(timer)
}
