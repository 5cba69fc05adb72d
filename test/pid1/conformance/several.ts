/** From the first to the last, both with them. */
export function numbers(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** How many at a time: a start waits for the disk and for others, too. */
const AT_ONCE = 4

/** Does the same to each, some of them side by side; ends with the first error. */
export async function inTurns<T>(items: readonly T[], perform: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const work = async (): Promise<void> => {
    for (const item of rest) await perform(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
