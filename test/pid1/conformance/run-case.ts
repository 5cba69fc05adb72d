import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Case, Init, Running, Start } from './case.ts'
import type { Candidate } from './inits.ts'
import { startInit } from './start.ts'

/** Where the init stands, and how often what depends on luck is tried. */
export type Circumstances = Pick<Init, 'placement' | 'rounds'>

/** No case takes longer, on a busy machine either. */
const DEADLINE_MS = 90_000

/** Runs a case on an init; what it has started is ended with it. Null when it holds, else why not. */
export async function runCase(
  tested: Case,
  { words: init }: Candidate,
  { placement, rounds }: Circumstances,
): Promise<Error | null> {
  const folder = mkdtempSync(join(tmpdir(), 'pid1-'))
  chmodSync(folder, 0o777)
  const kills: (() => Promise<void>)[] = []
  let isOver = false
  const starter =
    (words: readonly string[]) =>
    async (start: Start): Promise<Running> => {
      const running = await startInit({ ...start, init: words, placement, folder })
      kills.push(running.kill)
      // What a case does side by side goes on when some of it has failed.
      if (isOver) await running.kill()
      return running
    }
  try {
    const run = tested.run({ placement, folder, rounds, start: starter(init), startBare: starter([]) })
    await withinDeadline(run)
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    isOver = true
    await Promise.all(kills.map((kill) => kill()))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withinDeadline(run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over within ${DEADLINE_MS} ms`)), DEADLINE_MS)
  })
  try {
    await Promise.race([run, late])
  } finally {
    clearTimeout(timer)
  }
}
