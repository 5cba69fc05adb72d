import { readFileSync } from 'node:fs'
import { isErrno } from './errno.ts'
import { textOf } from './raw-text.ts'

/** What Node makes of bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd'

/**
 * Arguments with every byte that they were given with, as texts of `textOf`.
 *
 * @param words The last arguments of this process, as Node has read them; Node's own options stand before them.
 */
export function rawArguments(words: readonly string[]): readonly string[] {
  if (!words.some((word) => word.includes(REPLACEMENT))) return words
  try {
    // Each has a NUL behind it (proc_pid_cmdline(5)), which nothing else decodes to.
    const all = textOf(readFileSync('/proc/self/cmdline')).split('\0').slice(0, -1)
    return all.slice(all.length - words.length)
  } catch (error) {
    if (isErrno(error)) return words
    throw error
  }
}
