import type { Cancel } from '../core/machine.ts'

/** Does something in a turn of the event loop to come; taken back before, it is not done. */
export type Pace = (act: () => void) => Cancel

/** Does what it is given one after another, one a turn: between two, all else that has happened is heard. */
export function createPace(): Pace {
  const waiting = new Set<{ readonly act: () => void }>()
  const turn = (): void => {
    const [next] = waiting
    if (next === undefined) return
    waiting.delete(next)
    if (waiting.size > 0) setImmediate(turn)
    next.act()
  }
  return (act) => {
    const entry = { act }
    if (waiting.size === 0) setImmediate(turn)
    waiting.add(entry)
    return () => void waiting.delete(entry)
  }
}
