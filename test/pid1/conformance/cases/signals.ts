import { AssertionError, equal, ok } from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { constants } from 'node:os'
import type { Case, Init, Running } from '../case.ts'
import { until } from '../../support/until.ts'
import { inTurns, numbers } from '../several.ts'
import { perl, shell } from '../words.ts'

/** Tells of each signal but SIGCHLD that it gets, by its number. */
const TELLER = `use Config; my %number; my @names = split " ", $Config{sig_name};
@number{@names} = split " ", $Config{sig_num};
for my $name (grep { !/^(ZERO|KILL|STOP|CHLD|CLD)$/ } @names) { $SIG{$name} = sub { print "got $number{$name}\\n" } }
print "up\\n"; sleep 1 while 1`

/** How long signals may take to arrive, on a busy machine. */
const ARRIVE_MS = 3000

/** What a signal to the init does. */
export const SIGNALS: readonly Case[] = [
  {
    name: 'SIGTERM reaches CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit', 'docker'],
    run: (init) => reach(init, ['SIGTERM']),
  },
  {
    name: 'SIGINT reaches CMD as it is',
    promisedBy: ['tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => reach(init, ['SIGINT']),
  },
  {
    name: 'SIGQUIT reaches CMD as it is',
    promisedBy: ['tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => reach(init, ['SIGQUIT']),
  },
  {
    name: 'SIGPWR reaches CMD as it is',
    promisedBy: ['tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => reach(init, ['SIGPWR']),
  },
  {
    name: 'SIGHUP and SIGUSR1 reach CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => reach(init, ['SIGHUP', 'SIGUSR1']),
  },
  {
    name: 'SIGUSR2, SIGALRM, SIGVTALRM, SIGSTKFLT and SIGWINCH reach CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => reach(init, ['SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGSTKFLT', 'SIGWINCH']),
  },
  {
    name: 'SIGPIPE, SIGURG, SIGIO, SIGPROF, SIGXCPU and SIGXFSZ reach CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    ours: 'keeps them to itself',
    reason: 'they mean something to the init itself: its pipes and sockets, its limits, the profiler of its Node',
    run: (init) => reach(init, ['SIGPIPE', 'SIGURG', 'SIGIO', 'SIGPROF', 'SIGXCPU', 'SIGXFSZ']),
  },
  {
    name: 'SIGCONT reaches CMD',
    promisedBy: ['tini', 'dumb-init', 'catatonit', 'docker'],
    ours: 'keeps it to itself',
    reason: 'the terminal stops and continues programs with these, each on its own',
    run: (init) => reach(init, ['SIGCONT']),
  },
  {
    name: 'SIGTSTP reaches CMD as it is',
    promisedBy: ['tini', 'docker'],
    otherwise: { 'dumb-init': 'sends SIGSTOP', catatonit: 'keeps it to itself' },
    ours: 'keeps it to itself',
    reason: 'the terminal stops and continues programs with these, each on its own',
    run: (init) => reach(init, ['SIGTSTP']),
  },
  {
    name: 'SIGTTIN and SIGTTOU reach CMD as they are',
    promisedBy: ['docker'],
    otherwise: { tini: 'keeps them to itself', 'dumb-init': 'sends SIGSTOP', catatonit: 'keeps them to itself' },
    ours: 'keeps them to itself',
    reason: 'the terminal stops and continues programs with these, each on its own',
    run: (init) => reach(init, ['SIGTTIN', 'SIGTTOU']),
  },
  {
    name: 'signals that tell of faults reach CMD when somebody sends them',
    promisedBy: ['dumb-init', 'docker'],
    otherwise: { tini: 'keeps them to itself', catatonit: 'keeps them to itself' },
    ours: 'keeps them to itself',
    reason: 'they tell of a fault in the process that gets them',
    run: (init) => reach(init, FAULTS),
  },
  {
    name: 'each real-time signal reaches CMD',
    promisedBy: ['SPEC', 'tini', 'catatonit', 'docker'],
    ours: 'keeps them to itself',
    reason: 'Node cannot take them',
    run: (init) => reach(init, numbers(34, 64)),
  },
  {
    name: 'no signal but those that ask for a stop or tell of a fault ends the init',
    promisedBy: ['SPEC', 'docker'],
    otherwise: { 'dumb-init': 'stops itself, and no longer waits' },
    reason: 'an init that stands still reaps nobody',
    run: (init) => outlives(init, OTHERS),
  },
  {
    name: 'a burst of signals: each kind arrives, and the init survives it',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const running = await init.start({ command: perl(TELLER) })
      await running.stdout.line(/^up$/)
      for (let round = 0; round < 500; round += 1)
        for (const name of ['SIGUSR2', 'SIGALRM', 'SIGWINCH'] as const) running.signal(name)
      for (const number of [12, 14, 28]) await running.stdout.line(new RegExp(`^got ${number}$`))
      running.signal('SIGUSR2')
      equal(running.others().length, 1)
    },
  },
  {
    name: 'a signal goes to CMD, not to what CMD has started',
    promisedBy: ['SPEC', 'tini', 'catatonit', 'docker'],
    otherwise: { 'dumb-init': 'sends it to the whole session' },
    reason: 'what CMD has started is its own affair; `kill_mode: group` asks for more where a service wants it',
    run: async (init) => {
      const child = 'trap "echo child" USR2; trap "exit 0" ALRM; echo up; while :; do sleep 0.02; done'
      // Of two pending signals the one with the lower number comes first.
      const script = `trap "echo CMD; kill -ALRM \\$!" USR2; sh -c '${child}' & wait; wait; echo over`
      const running = await init.start({ command: shell(script) })
      await running.stdout.line(/^up$/)
      running.signal('SIGUSR2')
      await running.stdout.line(/^over$/)
      equal(running.stdout.text().trim(), 'up\nCMD\nover')
    },
  },
  {
    name: 'a CMD that was stopped acts on SIGTERM',
    promisedBy: ['SPEC'],
    otherwise: {
      tini: 'sends no SIGCONT: CMD stays stopped',
      'dumb-init': 'sends no SIGCONT: CMD stays stopped',
      catatonit: 'sends no SIGCONT: CMD stays stopped',
    },
    reason: 'else `docker stop` takes all of its time, and ends in SIGKILL',
    run: async (init) => {
      const command = perl('$SIG{TERM} = sub { print "got 15\\n"; exit 5 }; kill STOP => $$; sleep 1 while 1')
      const running = await init.start({ command })
      await untilState(running, 'T')
      running.signal('SIGTERM')
      await running.stdout.line(/^got 15$/, { withinMs: ARRIVE_MS })
    },
  },
  {
    name: 'SIGTSTP, SIGTTIN and SIGTTOU do not stop the init',
    promisedBy: ['SPEC', 'tini'],
    otherwise: { 'dumb-init': 'stops itself, and no longer waits' },
    reason: 'an init that stands still reaps nobody',
    run: (init) => outlives(init, ['SIGTSTP', 'SIGTTIN', 'SIGTTOU']),
  },
  {
    name: 'a CMD that ignores SIGTERM is killed after ten seconds, and what it has started with it',
    promisedBy: ['SPEC'],
    otherwise: { tini: 'waits for ever', 'dumb-init': 'waits for ever', catatonit: 'waits for ever' },
    reason: 'where no engine counts the time, as below another init, a stop would never end',
    run: async (init) => {
      const running = await init.start({ command: shell('trap "" TERM; echo up; while :; do sleep 0.1; done') })
      await running.stdout.line(/^up$/)
      const at = performance.now()
      running.signal('SIGTERM')
      await running.end()
      const took = performance.now() - at
      ok(took > 9500 && took < 13_000, `it took ${Math.round(took)} ms`)
    },
  },
  {
    name: 'a second SIGTERM kills a CMD that ignores the first',
    promisedBy: ['SPEC'],
    otherwise: { tini: 'passes it on', 'dumb-init': 'passes it on', catatonit: 'passes it on' },
    reason: 'who asks twice is out of patience',
    run: async (init) => {
      const command = perl('$SIG{TERM} = sub { print "got 15\\n" }; print "up\\n"; sleep 1 while 1')
      const running = await init.start({ command })
      await running.stdout.line(/^up$/)
      running.signal('SIGTERM')
      await running.stdout.line(/^got 15$/)
      running.signal('SIGTERM')
      await running.end(ARRIVE_MS)
    },
  },
  {
    name: "asked to stop, it ends with CMD's status",
    promisedBy: ['tini', 'dumb-init', 'catatonit', 'docker'],
    ours: 'ends with 0',
    reason: 'that is what was asked for; an engine that restarts on failure must not see one',
    run: async (init) => {
      const running = await init.start({ command: perl('$SIG{TERM} = sub { exit 5 }; print "up\\n"; sleep 1 while 1') })
      await running.stdout.line(/^up$/)
      running.signal('SIGTERM')
      equal(await running.end(), 5)
    },
  },
  {
    name: 'a SIGTERM at the very end of CMD holds nothing up',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) =>
      inTurns(numbers(1, init.rounds), async (round) => {
        const running = await init.start({ stdin: 'pipe', command: shell('echo up; read line; exit 3') })
        await running.stdout.line(/^up$/)
        running.stdin?.end('\n')
        // From just before its end to just after it.
        await pause(round % 5)
        try {
          running.signal('SIGTERM')
        } catch {
          // It has ended.
        }
        const status = await running.end()
        ok([0, 3, 143].includes(status), `the status is ${status}`)
      }),
  },
]

/** They tell of faults: no JavaScript can run behind a true one. */
const FAULTS = ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGSYS'] as const
/** All but these, those that ask for a stop, SIGKILL and SIGSTOP, and SIGUSR2, which comes last. */
const ASKING = new Set(
  ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGPWR', 'SIGKILL', 'SIGSTOP', 'SIGUSR2', ...FAULTS].map(numberOf),
)
const OTHERS = [...numbers(1, 31), ...numbers(34, 64)].filter((number) => !ASKING.has(number))
const IGNORING =
  'use Config; $SIG{$_} = "IGNORE" for grep { !/^(ZERO|KILL|STOP|CHLD|CLD)$/ } split " ", $Config{sig_name};'

/** A signal that comes behind these still reaches CMD, which ignores them, and its end is still seen. */
async function outlives(init: Init, signals: readonly (NodeJS.Signals | number)[]): Promise<void> {
  const command = perl(
    `${IGNORING} $SIG{USR2} = sub { print "got 12\\n" }; print "up\\n"; 1 while !defined(<STDIN>) && $!{EINTR}; exit 6`,
  )
  const running = await init.start({ stdin: 'pipe', command })
  await running.stdout.line(/^up$/)
  for (const signal of signals) running.signal(signal)
  running.signal('SIGUSR2')
  await running.stdout.line(/^got 12$/, { withinMs: ARRIVE_MS })
  running.stdin?.end('\n')
  equal(await running.end(ARRIVE_MS), 6)
}

/** CMD tells of each of them, one after another: SIGCONT and SIGTSTP would take each other back. */
async function reach(init: Init, signals: readonly (NodeJS.Signals | number)[]): Promise<void> {
  const running = await init.start({ command: perl(TELLER) })
  await running.stdout.line(/^up$/)
  for (const signal of signals) {
    const number = typeof signal === 'number' ? signal : numberOf(signal)
    running.signal(signal)
    await running.stdout.line(new RegExp(`^got ${number}$`), { withinMs: ARRIVE_MS }).catch(() => {
      throw new AssertionError({ message: `signal ${signal} has not reached CMD` })
    })
  }
}

function numberOf(name: string): number {
  return constants.signals[name as NodeJS.Signals]
}

async function untilState(running: Running, state: string): Promise<void> {
  await until(`a process in state ${state}`, () => running.others().some((seen) => seen.state === state))
}
