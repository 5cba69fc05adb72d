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

/** Runs so many things at once, and what comes next when one of them has ended. */
export function createLanes(count: number): Turns {
  const waiting: (() => void)[] = []
  let free = count
  return async (act) => {
    if (free > 0) free -= 1
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await act()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
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
