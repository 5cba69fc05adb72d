import { equal, ok } from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Case, Init } from '../case.ts'
import { inTurns, numbers } from '../several.ts'
import { perl, shell } from '../words.ts'

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
      inTurns(sampled(init, numbers(0, 255)), async (code) => {
        const running = await init.start({ command: ['sh', '-c', `exit ${code}`] })
        equal(await running.end(), code)
      }),
  },
  {
    name: 'when a signal kills CMD the status is 128 + n, for each that can',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit'],
    run: async (init) =>
      inTurns(sampled(init, [...DEADLY, ...REAL_TIME]), async (number) => {
        const running = await init.start({ command: shell(`kill -${number} $$; sleep 1000`) })
        equal(await running.end(), 128 + number)
      }),
  },
  {
    name: 'a CMD that dumps core counts as killed by its signal',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const before = ['prlimit', '--core=unlimited', '--']
      const running = await init.start({ before, command: shell('kill -ABRT $$') })
      equal(await running.end(), 134)
    },
  },
  {
    name: 'a CMD that ends at once has its status',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: async (init) =>
      inTurns(numbers(1, init.rounds), async (round) => {
        const status = round % 2
        equal(await (await init.start({ command: [status === 0 ? 'true' : 'false'] })).end(), status)
      }),
  },
  {
    name: 'the status is that of CMD when orphans end at the same instant',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) =>
      inTurns(numbers(1, init.rounds), async () => {
        // Each child of the child is an orphan by the time that it ends, all of them at the end of one pipe.
        const orphans = 'for (1 .. 20) { fork or do { fork and exit; close $w; <$r>; exit 9 } }'
        const running = await init.start({ command: perl(`pipe my $r, my $w; ${orphans} close $w; exit 42`) })
        equal(await running.end(), 42)
      }),
  },
  {
    name: 'a CMD that becomes another program by exec is still CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const running = await init.start({ command: shell('(sleep 1000 &) ; exec sh -c "exit 6"') })
      equal(await running.end(), 6)
    },
  },
  {
    name: 'the init ends when CMD does, whoever still holds its output open',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const running = await init.start({ command: shell('setsid sleep 1000 & exit 8') })
      equal(await running.end(5000), 8)
    },
  },
  {
    name: 'it ends within half a second of CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const took: number[] = []
      // A fixed delay would be there each time; the machine's other work is not.
      while (took.length < 5 && !took.some((ms) => ms < 500)) took.push(await endMs(init))
      ok(Math.min(...took) < 500, `it took ${took.map(Math.round).join(', ')} ms`)
    },
  },
  {
    name: 'what a CMD that daemonises leaves behind is gone when the init has ended',
    promisedBy: ['SPEC', 'docker'],
    otherwise: {
      tini: 'leaves it alive unless it is PID 1',
      catatonit: 'leaves it alive unless it is PID 1',
      'dumb-init': 'leaves it alive unless it is PID 1',
    },
    reason: 'with PID 1 the kernel ends everything; that it is not PID 1 should change nothing',
    only: ['parent', 'shared'],
    run: async (init) => {
      const command = shell('setsid sh -c "(sleep 1000 & echo made; exec sleep 1001)" & read line; exit 3')
      const running = await init.start({ stdin: 'pipe', command })
      await running.stdout.line(/^made$/)
      running.stdin?.end('\n')
      equal(await running.end(), 3)
      equal(names(running.others()), '')
    },
  },
  {
    name: 'a CMD that is not there gives 127',
    promisedBy: ['SPEC', 'tini', 's6-overlay', 'docker'],
    otherwise: { 'dumb-init': 'gives 2', catatonit: 'gives 1' },
    reason: 'as every shell does: a script can tell a missing command from one that failed',
    run: async (init) => {
      await gives(init, ['no-such-command'], [127])
      await gives(init, ['./no-such-command'], [127])
      await gives(init, ['/no/such/command'], [127])
    },
  },
  {
    name: 'an empty word as CMD gives 127',
    promisedBy: ['SPEC', 'tini'],
    otherwise: { 'dumb-init': 'gives 2', catatonit: 'gives 1' },
    reason: 'as every shell does: a script can tell a missing command from one that failed',
    run: (init) => gives(init, [''], [127]),
  },
  {
    name: 'a CMD that may not be executed gives 126: a file without the right, a folder',
    promisedBy: ['SPEC', 'tini', 's6-overlay', 'docker'],
    otherwise: { 'dumb-init': 'gives 2', catatonit: 'gives 1' },
    reason: 'as every shell does: a script can tell a missing command from one that failed',
    run: async (init) => {
      writeFileSync(join(init.folder, 'plain'), 'exit 0\n')
      mkdirSync(join(init.folder, 'folder'))
      await gives(init, ['./plain'], [126])
      await gives(init, ['./folder'], [126])
    },
  },
  {
    name: 'why CMD cannot be executed is told on stderr, with its name',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    otherwise: { catatonit: 'does not name it' },
    reason: 'one line has to be enough to mend it',
    run: async (init) => {
      const running = await init.start({ command: ['no-such-command'] })
      await running.end()
      await running.stderr.line(/no-such-command/)
    },
  },
  {
    name: 'a script without a shebang is refused with 126, as the kernel does it',
    promisedBy: ['SPEC', 'docker'],
    otherwise: { tini: 'has `/bin/sh` run it', 'dumb-init': 'has `/bin/sh` run it', catatonit: 'has `/bin/sh` run it' },
    reason: 'without an init the engine refuses it as well; which language it is in nobody has said',
    run: async (init) => {
      script(init, 'script', 'exit 3\n')
      await gives(init, ['./script'], [126])
    },
  },
  {
    name: 'a shebang with CRLF gives 126 or 127',
    promisedBy: ['SPEC', 'tini', 'docker'],
    otherwise: { 'dumb-init': 'gives 2', catatonit: 'gives 1' },
    reason: 'as every shell does: a script can tell a missing command from one that failed',
    run: async (init) => {
      script(init, 'script', '#!/bin/sh\r\nexit 3\r\n')
      await gives(init, ['./script'], [126, 127])
    },
  },
  {
    name: 'a name with a slash is taken as a path, one without is looked for in PATH only',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    otherwise: { 'dumb-init': 'gives 2', catatonit: 'gives 1' },
    reason: 'as every shell does: a script can tell a missing command from one that failed',
    run: async (init) => {
      script(init, 'here', '#!/bin/sh\nexit 4\n')
      await gives(init, ['./here'], [4])
      await gives(init, ['here'], [127])
    },
  },
]

/** From the last word of CMD to the end of the init. */
async function endMs({ start }: Init): Promise<number> {
  const running = await start({ stdin: 'pipe', command: shell('echo up; read line; echo down; exit 5') })
  await running.stdout.line(/^up$/)
  running.stdin?.end('\n')
  const { at } = await running.stdout.line(/^down$/)
  equal(await running.end(), 5)
  return performance.now() - at
}

/** Of many that are alike some, where nothing is tried more than once. */
function sampled({ rounds }: Init, all: readonly number[]): readonly number[] {
  return all.filter((_, index) => rounds > 1 || index % 16 === 0)
}

async function gives(init: Init, command: readonly string[], statuses: readonly number[]): Promise<void> {
  const status = await (await init.start({ command })).end()
  ok(statuses.includes(status), `"${command.join(' ')}" gives ${status}, not ${statuses.join(' or ')}`)
}

function script({ folder }: Init, name: string, text: string): void {
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), 0o755)
}

function nameOf(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? ''
}

function names(processes: readonly { readonly name: string }[]): string {
  return processes.map(({ name }) => name).join(' ')
}
