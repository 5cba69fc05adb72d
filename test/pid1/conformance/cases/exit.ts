import { equal } from 'node:assert/strict'
import { constants } from 'node:os'
import type { Case } from '../case.ts'
import { inTurns, numbers } from '../several.ts'
import { shell } from '../words.ts'

/** Those that end nobody unless it asks for them: ignored by default, or they only stop (signal(7)). */
const HARMLESS = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'])
const DEADLY = numbers(1, 31).filter((number) => !HARMLESS.has(nameOf(number)))
/** 32 and 33 are glibc's own. */
const REAL_TIME = numbers(34, 64)

/** How CMD ends, and what becomes of its status. */
export const EXIT: readonly Case[] = [
  {
    name: 'the status is that of CMD, for each of the 256',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit', 'docker'],
    run: async (init) =>
      inTurns(numbers(0, 255), async (code) => {
        const running = await init.start({ command: ['sh', '-c', `exit ${code}`] })
        equal(await running.end(), code)
      }),
  },
  {
    name: 'when a signal kills CMD the status is 128 + n, for each that can',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit'],
    run: async (init) =>
      inTurns([...DEADLY, ...REAL_TIME], async (number) => {
        const running = await init.start({ command: shell(`kill -${number} $$; sleep 1000`) })
        equal(await running.end(), 128 + number)
      }),
  },
]

function nameOf(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? ''
}
