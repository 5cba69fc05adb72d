/**
 * What all who follow something are sent in a second, and at once after a quiet time; each has his share. 16 MiB are some
 * 80,000 lines of 100 bytes, and take an eighth of the one thread that everything else needs, too.
 */
const BYTES_A_SECOND = 16 * 1024 * 1024
/** When somebody who has used up his share may go on: he would be told of a gap after each line otherwise. */
const LOW_PART = 1 / 8

/** Keeps those who follow a flood from slowing it down. */
export interface Allowance {
  readonly spend: (bytes: number) => void
  readonly isUsedUp: () => boolean
  /** Whether it is not worth to go on yet. */
  readonly isLow: () => boolean
  readonly close: () => void
}

let open = 0

/**
 * The allowance of one more client; those of the others become smaller.
 *
 * @param now Monotonic milliseconds.
 */
export function openAllowance(now: () => number): Allowance {
  open += 1
  const share = (): number => BYTES_A_SECOND / Math.max(open, 1)
  let left = share()
  let at = now()
  const refilled = (): number => {
    const since = now() - at
    at += since
    left = Math.min(share(), left + (since / 1000) * share())
    return left
  }
  return {
    spend: (bytes) => void (left = refilled() - bytes),
    isUsedUp: () => refilled() <= 0,
    isLow: () => refilled() < share() * LOW_PART,
    close: () => void (open -= 1),
  }
}
