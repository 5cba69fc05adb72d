import type { Stats } from 'node:fs'
import { stat as statFile } from 'node:fs/promises'
import type { Cancel } from '../../core/machine.ts'

/** What is told of a file: its state, or why there is none. */
type StatAnswered = (found: Stats | Error) => void

/** Asks for a file's state; the answer is not told any more once that is taken back. */
export type Stat = (path: string, answered: StatAnswered) => Cancel

/**
 * A stat on a file system that hangs keeps a thread of libuv's pool, and cannot be taken back. There are four threads,
 * and file writes and the names of hosts need them too.
 */
const MAX_UNDER_WAY = 2

/**
 * Asks of each file once at a time: who asks while a question about it is under way gets that one's answer.
 *
 * @param ask Never rejects.
 */
export function createStat(ask: (path: string) => Promise<Stats | Error>): Stat {
  const questions = new Map<string, Set<StatAnswered>>()
  const waiting = new Set<string>()
  let underWay = 0

  const begin = async (path: string): Promise<void> => {
    underWay += 1
    const found = await ask(path)
    underWay -= 1
    const listeners = questions.get(path) ?? []
    questions.delete(path)
    goOn()
    for (const answered of listeners) answered(found)
  }
  const goOn = (): void => {
    for (const path of waiting) {
      if (underWay === MAX_UNDER_WAY) return
      waiting.delete(path)
      void begin(path)
    }
  }

  return (path, answered) => {
    const listeners = questions.get(path) ?? new Set()
    listeners.add(answered)
    if (!questions.has(path)) {
      questions.set(path, listeners)
      waiting.add(path)
      goOn()
    }
    return () => {
      listeners.delete(answered)
      // Nobody wants to know any more, and nobody has asked yet.
      if (listeners.size === 0 && waiting.delete(path)) questions.delete(path)
    }
  }
}

/** The one that all checks share. */
export const stat: Stat = createStat((path) => statFile(path).catch((error: Error) => error))
