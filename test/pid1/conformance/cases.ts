import type { Case } from './case.ts'
import { EXIT } from './cases/exit.ts'

/** All of them, in the order in which they are shown. */
export const CASES: readonly Case[] = [...EXIT]
