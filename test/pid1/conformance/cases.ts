import type { Case } from './case.ts'
import { ENVIRONMENT } from './cases/environment.ts'
import { EXIT } from './cases/exit.ts'
import { REAPING } from './cases/reaping.ts'
import { SIGNALS } from './cases/signals.ts'
import { STDIO } from './cases/stdio.ts'
import { SURROUNDINGS } from './cases/surroundings.ts'
import { TERMINAL } from './cases/terminal.ts'

/** All of them, in the order in which they are shown. */
export const CASES: readonly Case[] = [
  ...EXIT,
  ...SIGNALS,
  ...REAPING,
  ...STDIO,
  ...SURROUNDINGS,
  ...ENVIRONMENT,
  ...TERMINAL,
]
