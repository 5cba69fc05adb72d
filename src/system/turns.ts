/** Runs one thing after another, however each ends. */
export type Turns = <T>(act: () => Promise<T>) => Promise<T>

/** Nothing runs yet. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const next = last.then(act, act)
    last = next
    return next
  }
}

/** Waits for it, but no longer than so many ms. */
export function within(ms: number, done: Promise<void>): Promise<void> {
  return new Promise((over) => {
    const timer = setTimeout(over, ms)
    const end = (): void => {
      clearTimeout(timer)
      over()
    }
    done.then(end, end)
  })
}
