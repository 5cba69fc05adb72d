/** A question about some things, such as processes; the answer has what is known of them. */
export type Question<K, V> = (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>

/**
 * Puts questions one after the other, those that come meanwhile together, and lets nobody wait longer than `patienceMs`:
 * the answer is empty then. As long as a question that was given up is under way, so are all the others at once.
 */
export function inTurns<K, V>(question: Question<K, V>, patienceMs: number): Question<K, V> {
  let last: Promise<void> = Promise.resolve()
  let next: Turn<K, V> | null = null
  let isStuck = false

  const over = (): void => {
    isStuck = false
  }
  const queue = (): Turn<K, V> => {
    const keys = new Set<K>()
    const answer = last.then(() => {
      next = null
      return question([...keys])
    })
    last = answer.then(over, over)
    return { keys, answer }
  }

  return async (keys) => {
    if (isStuck) return new Map()
    next ??= queue()
    for (const key of keys) next.keys.add(key)
    const answer = await within(next.answer, patienceMs)
    if (answer === null) isStuck = true
    return only(keys, answer ?? new Map())
  }
}

interface Turn<K, V> {
  readonly keys: Set<K>
  readonly answer: Promise<ReadonlyMap<K, V>>
}

/** The value, or null when it is not there in time. */
function within<T>(value: Promise<T>, ms: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), ms)
    void value.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function only<K, V>(keys: readonly K[], answer: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  return new Map([...answer].filter(([key]) => keys.includes(key)))
}
