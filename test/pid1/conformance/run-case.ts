import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Case, Placement } from './case.ts'
import type { Candidate } from './inits.ts'
import { startInit } from './start.ts'

/** Runs a case on an init; what it has started is ended with it. Null when it holds, else why not. */
export async function runCase(tested: Case, { words: init }: Candidate, placement: Placement): Promise<Error | null> {
  const folder = mkdtempSync(join(tmpdir(), 'pid1-'))
  chmodSync(folder, 0o777)
  const kills: (() => Promise<void>)[] = []
  try {
    await tested.run({
      placement,
      folder,
      start: async (start) => {
        const running = await startInit({ ...start, init, placement, folder })
        kills.push(running.kill)
        return running
      },
    })
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    await Promise.all(kills.map((kill) => kill()))
    rmSync(folder, { recursive: true, force: true })
  }
}
