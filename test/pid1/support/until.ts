import { setTimeout as pause } from 'node:timers/promises'

/** How long a thing may take that takes no time: much, since other tests may have the processor. */
export const SOON_MS = 15_000

/**
 * Looks again and again until there is something to see.
 *
 * @param look Null or false: not yet.
 * @throws When it is still not there after `withinMs`; `what` says what was expected.
 */
export async function until<T>(
  what: string,
  look: () => T | null | false | Promise<T | null | false>,
  withinMs: number = SOON_MS,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== null && seen !== false) return seen
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await pause(3)
  }
}
