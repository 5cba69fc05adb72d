import { equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Init, Start } from './case.ts'
import { shell } from './words.ts'

/** What CMD tells of itself, by a script of `sh` whose output goes to a file: byte by byte, and nothing of the init's. */
export async function told(init: Init, script: string, start: Partial<Start> = {}): Promise<Buffer> {
  return tell(init, script, { ...start, as: init.start })
}

/** Compares what CMD tells of itself under the init with what it tells without one. */
export async function sameAsBare(init: Init, script: string, start: Partial<Start> = {}): Promise<void> {
  const [bare, under] = [await tell(init, script, { ...start, as: init.startBare }), await told(init, script, start)]
  equal(under.toString('latin1'), bare.toString('latin1'))
}

interface Telling extends Partial<Start> {
  readonly as: Init['start']
}

async function tell({ folder }: Init, script: string, { as, command = [], ...start }: Telling): Promise<Buffer> {
  const path = join(folder, 'told')
  const running = await as({ ...start, command: [...shell(`f=$1; shift; { ${script}; } >"$f"`), path, ...command] })
  equal(await running.end(), 0, `CMD has not told anything: ${running.stderr.text()}`)
  return readFileSync(path)
}
