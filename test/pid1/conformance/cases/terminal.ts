import { deepEqual, doesNotMatch, equal, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Pty } from '../../support/pty.ts'
import type { Case } from '../case.ts'
import { onTerminal, untilInFront } from '../on-terminal.ts'
import { perl, shell } from '../words.ts'

const BASH = ['bash', '--norc', '-i'] as const
const PROMPT = /bash-[\d.]+[#$] /
/** Says that it listens, then which signals it gets, until it is told a line. */
const TELLER = perl(
  'for my $name (qw(INT QUIT HUP TERM CONT WINCH)) { $SIG{$name} = sub { print "got $name\n" } } print "up\n"; 1 until select(my $in = "\\1", undef, undef, 0.02) > 0; exit 7',
)

/** What a person in front of `docker run -it` gets: job control, the keys, the size. */
export const TERMINAL: readonly Case[] = [
  {
    name: 'a shell has job control: Ctrl-C, Ctrl-\\, Ctrl-Z, bg, fg and jobs are about its jobs alone',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'docker'],
    only: ['pid1'],
    otherwise: { catatonit: 'hands on what it ignores itself, and Ctrl-Z stops nothing' },
    reason: 'a shell in a container is a shell',
    run: (init) =>
      onTerminal(init, { command: BASH }, async ({ pty, enter, running }) => {
        await pty.see(PROMPT)
        doesNotMatch(pty.screen, /no job control|cannot set terminal/)
        const interrupt = async (key: string, status: number): Promise<void> => {
          await enter(`echo be''gun; sleep 1000`, /begun\r\n/)
          await untilInFront(running, 'sleep')
          pty.type(key)
          await pty.see(PROMPT)
          await enter('echo "<$?>"', new RegExp(`<${status}>`))
        }
        await interrupt('\x03', 130)
        await interrupt('\x1c', 131)
        await interrupt('\x1a', 148)
        await enter('jobs', /Stopped +sleep 1000/)
        await enter('bg', /sleep 1000 &/)
        await enter('jobs', /Running +sleep 1000/)
        await enter('fg', /sleep 1000\r\n/)
        await untilInFront(running, 'sleep')
        pty.type('\x03')
        await pty.see(PROMPT)
        await enter('exit 9', /exit/)
        equal(await running.end(), 9)
      }),
  },
  {
    name: 'CMD leads the process group that is in front of the terminal',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    only: ['pid1'],
    run: (init) =>
      onTerminal(init, { command: shell('read -r stat </proc/$$/stat; echo "$stat"') }, async ({ pty, running }) => {
        const { groups } = await pty.see(/(?<pid>\d+) \(sh\) \w \d+ (?<group>\d+) \d+ \d+ (?<front>\d+) /)
        deepEqual([groups?.['group'], groups?.['front']], [groups?.['pid'], groups?.['pid']])
        equal(await running.end(), 0)
      }),
  },
  {
    name: 'Ctrl-C and Ctrl-\\ reach CMD once each, and end nothing else',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    only: ['pid1'],
    run: (init) =>
      onTerminal(init, { command: TELLER }, async ({ pty, running }) => {
        await pty.see(/up\r\n/)
        pty.type('\x03')
        await pty.see(/got INT\r\n/)
        pty.type('\x1c')
        await pty.see(/got QUIT\r\n/)
        pty.type('end\r')
        equal(await running.end(), 7)
        deepEqual(heard(pty), ['INT', 'QUIT'])
      }),
  },
  {
    name: 'Ctrl-C that kills CMD gives the status 130',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    only: ['pid1'],
    run: (init) =>
      onTerminal(init, { command: shell('echo up; exec sleep 1000') }, async ({ pty, running }) => {
        await pty.see(/up/)
        await untilInFront(running, 'sleep')
        pty.type('\x03')
        equal(await running.end(), 130)
      }),
  },
  {
    name: 'Ctrl-Z does not stop a CMD that no shell could continue',
    promisedBy: ['SPEC', 'dumb-init', 'docker'],
    only: ['pid1'],
    otherwise: { tini: 'it stops, and nothing in the container continues it' },
    reason: 'without an init Ctrl-Z does nothing there either: the kernel does not stop an orphaned process group',
    run: (init) =>
      onTerminal(init, { command: shell('echo up; read -r line; echo "<$line>"') }, async ({ pty, running }) => {
        await pty.see(/up/)
        pty.type('\x1a')
        await pty.see(/\^Z/)
        pty.type('on\r')
        await pty.see(/<on>/)
        equal(await running.end(), 0)
      }),
  },
  {
    name: 'the size of the terminal follows, and CMD hears of it once each time',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    only: ['pid1'],
    run: (init) =>
      onTerminal(init, { command: TELLER }, async ({ pty, running }) => {
        await pty.see(/up\r\n/)
        for (const rows of [30, 40]) {
          pty.resize({ rows, columns: 100 })
          await pty.see(/got WINCH\r\n/)
        }
        equal(execFileSync('stty', ['size', '-F', pty.path], { encoding: 'utf8' }), '40 100\n')
        pty.type('end\r')
        equal(await running.end(), 7)
        deepEqual(heard(pty), ['WINCH', 'WINCH'])
      }),
  },
  {
    name: 'a job of a shell hears of the size, too',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    only: ['pid1'],
    run: (init) =>
      onTerminal(init, { command: BASH }, async ({ pty, enter }) => {
        await pty.see(PROMPT)
        await enter(TELLER.map(quote).join(' '), /\nup\r\n/)
        pty.resize({ rows: 30, columns: 100 })
        await pty.see(/got WINCH\r\n/)
        doesNotMatch(pty.screen, /got CONT/)
      }),
  },
  {
    name: 'a job in the background that reads the terminal is stopped, and nothing else is',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'docker'],
    only: ['pid1'],
    otherwise: { catatonit: 'hands on what it ignores itself: the job gets EIO' },
    reason: 'the shell has what is typed for itself',
    run: (init) =>
      onTerminal(init, { command: BASH }, async ({ pty, enter, running }) => {
        await pty.see(PROMPT)
        await enter('stty tostop; cat & wait $!', /Stopped +cat/)
        await enter('echo loud & wait $!', /Stopped +echo/)
        await enter('exit 4', /stopped jobs/)
        await enter('exit 4', /exit/)
        equal(await running.end(), 4)
      }),
  },
  {
    name: 'CMD has the terminal where stdin, stdout or both are something else',
    promisedBy: ['SPEC'],
    only: ['pid1'],
    otherwise: {
      tini: 'looks at stdin alone: what opens /dev/tty is stopped, for good',
      'dumb-init': 'looks at stdin alone: CMD has no terminal',
    },
    reason: 'programs ask for a password at /dev/tty, whatever their input is',
    run: async (init) => {
      const command = shell('echo up >/dev/tty; read -r line </dev/tty; echo "<$line>" >/dev/tty')
      for (const elsewhere of [{ stdin: null }, { stdout: null }, NOWHERE]) {
        await onTerminal(init, { command, ...elsewhere }, async ({ pty, running }) => {
          await pty.see(/up/)
          pty.type('on\r')
          await pty.see(/<on>/)
          equal(await running.end(), 0)
        })
      }
    },
  },
  {
    name: 'what CMD sends to its process group reaches nobody else',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const running = await init.start({ command: shell('trap "exit 5" TERM; kill 0; sleep 1000') })
      equal(await running.end(), 5)
    },
  },
  {
    name: 'when the terminal is closed CMD gets SIGHUP, and its end is that of the container',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    only: ['pid1'],
    run: async (init) => {
      const command = shell('trap "exit 9" HUP; echo up; while :; do sleep 0.02; done')
      await onTerminal(init, { command }, async ({ pty, running }) => {
        await pty.see(/up/)
        pty.hangUp()
        equal(await running.end(), 9)
      })
      await onTerminal(init, { command: BASH }, async ({ pty, running }) => {
        await pty.see(PROMPT)
        pty.hangUp()
        // 0 when it finds the end of its input before the signal.
        ok([129, 0].includes(await running.end()))
      })
    },
  },
  {
    name: 'when the terminal is closed over a job of a shell, the shell ends, too',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'docker'],
    only: ['pid1'],
    run: (init) =>
      onTerminal(init, { command: BASH }, async ({ pty, enter, running }) => {
        await pty.see(PROMPT)
        await enter(`echo be''gun; sleep 1000`, /begun/)
        await untilInFront(running, 'sleep')
        pty.hangUp()
        ok([129, 1].includes(await running.end()))
      }),
  },
  {
    name: 'a CMD that does not care about SIGHUP lives on without the terminal',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'docker'],
    only: ['pid1'],
    run: (init) => {
      const command = shell('trap "" HUP; echo up; until [ -e go ]; do sleep 0.02; done; echo lost; exit 4')
      return onTerminal(init, { command }, async ({ pty, running }) => {
        await pty.see(/up/)
        pty.hangUp()
        running.signal('SIGWINCH')
        execFileSync('touch', ['go'], { cwd: init.folder })
        equal(await running.end(), 4)
      })
    },
  },
  {
    name: 'a CMD that dies in the midst of a full-screen view leaves the terminal as it was',
    promisedBy: ['SPEC'],
    only: ['pid1'],
    otherwise: {
      tini: 'leaves it as CMD did',
      'dumb-init': 'leaves it as CMD did',
      catatonit: 'leaves it as CMD did',
    },
    reason: 'the services still have something to say while they stop, and Ctrl-C has to mean something then',
    run: (init) => {
      const command = shell('echo up; read -r line; stty raw -echo; kill -9 $$')
      return onTerminal(init, { command }, async ({ pty, running }) => {
        await pty.see(/up/)
        const before = modesOf(pty)
        pty.type('on\r')
        equal(await running.end(), 137)
        equal(modesOf(pty), before)
      })
    },
  },
]

const NOWHERE = { stdin: null, stdout: null, stderr: null } as const

/** What `TELLER` has told. */
function heard(pty: Pty): readonly string[] {
  return Array.from(pty.screen.matchAll(/got (\w+)/g), ([, name = '']) => name)
}

function modesOf(pty: Pty): string {
  return execFileSync('stty', ['-g', '-F', pty.path], { encoding: 'utf8' })
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
