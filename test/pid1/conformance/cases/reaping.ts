import { equal } from 'node:assert/strict'
import { until } from '../../support/until.ts'
import type { Case, Init, Running, Start } from '../case.ts'
import { perl, shell } from '../words.ts'

/** Ends with 5 when something comes on its input. */
const ENDS = 'print "made\\n"; <STDIN>; exit 5'

/** Processes that nobody waits for. */
export const REAPING: readonly Case[] = [
  {
    name: 'an orphan that ends is reaped while CMD runs',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit', 'docker'],
    only: ['pid1'],
    run: (init) => leavesOnlyCommand(init, { command: perl(`fork or do { fork and exit; exit 3 }; wait; ${ENDS}`) }),
  },
  {
    name: 'orphans of orphans are reaped, fifty deep',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit', 'docker'],
    run: (init) => {
      // Each waits for its child's pid and dies before it: all fifty are orphans once.
      const chain =
        'my $first = $$; for (1 .. 50) { my $child = fork; if ($child) { last if $$ == $first; select undef, undef, undef, 0.001; exit 1 } }'
      return leavesOnlyCommand(init, { command: perl(`${chain} exit 2 if $$ != $first; wait; ${ENDS}`) })
    },
  },
  {
    name: '5,000 orphans leave no zombie, and CMD keeps its status',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit', 'docker'],
    run: (init) =>
      leavesOnlyCommand(init, {
        command: perl(
          `for (1 .. 50) { my $c = fork; if (!$c) { for (1 .. 100) { fork or exit 7 } exit } waitpid $c, 0 } ${ENDS}`,
        ),
      }),
  },
  {
    name: 'a child that ended before the init began is reaped',
    promisedBy: ['SPEC'],
    only: ['pid1'],
    run: (init) => leavesOnlyCommand(init, { before: perl('fork or exit 3; exec @ARGV'), command: perl(ENDS) }),
  },
  {
    name: 'a child that was there before the init is reaped when it ends, and is not taken for CMD',
    promisedBy: ['SPEC'],
    run: (init) =>
      leavesOnlyCommand(init, {
        before: perl('pipe my $r, my $w; fork or do { close $w; sleep 1; exit 3 }; close $r; close $w; exec @ARGV'),
        command: perl(ENDS),
      }),
  },
  {
    name: 'a thousand sessions that outlive their parents are reaped as they end',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 's6-overlay', 'catatonit'],
    run: (init) => leavesOnlyCommand(init, { command: perl(`${storm('<$r>')} close $w; close $r; ${ENDS}`) }),
  },
  {
    name: 'a thousand sessions that outlive CMD are gone when the init has ended',
    promisedBy: ['SPEC'],
    only: ['parent', 'shared'],
    otherwise: {
      tini: 'leaves it alive unless it is PID 1',
      'dumb-init': 'leaves it alive unless it is PID 1',
      catatonit: 'leaves it alive unless it is PID 1',
    },
    reason: 'with PID 1 the kernel ends everything; that it is not PID 1 should change nothing',
    run: async (init) => {
      const running = await init.start({ command: perl(`${storm('sleep 1000')} print "made\\n"; exit 5`) })
      equal(await running.end(), 5)
      equal(running.others().filter(({ state }) => state !== 'Z').length, 0)
    },
  },
  {
    name: 'an orphan that lives becomes a child of the init',
    promisedBy: ['SPEC', 'tini', 'catatonit'],
    only: ['parent', 'shared'],
    otherwise: { 'dumb-init': 'leaves it to the next init above it' },
    reason: 'else nobody knows any more to which service it belongs',
    run: async (init) => {
      const command = shell('(sh -c "echo made; exec sleep 1000" &); exec sleep 1001')
      const running = await init.start({ command })
      await running.stdout.line(/^made$/)
      await until(
        'a child of the init',
        () => running.others().filter(({ parent }) => parent === running.pid).length === 2,
      )
    },
  },
]

/** None of them has a parent of its own; each ends with `last`: `<$r>` when CMD has closed `$w`. */
function storm(last: string): string {
  const session = `fork or do { POSIX::setsid(); close $w; ${last}; exit 3 }`
  const parent = `my $c = fork; if (!$c) { for (1 .. 20) { ${session} } exit } waitpid $c, 0`
  return `require POSIX; pipe my $r, my $w; for (1 .. 50) { ${parent} }`
}

/** What CMD, which ends with \`ENDS\`, has made comes to its end, and is reaped; then CMD ends. */
async function leavesOnlyCommand(init: Init, start: Start): Promise<void> {
  const running = await init.start({ ...start, stdin: 'pipe' })
  await running.stdout.line(/^made$/, { withinMs: 30_000 })
  await onlyCommand(running)
  running.stdin?.end('\n')
  equal(await running.end(), 5)
}

async function onlyCommand(running: Running): Promise<void> {
  try {
    await until('CMD alone', () => running.others().length === 1, 10_000)
  } catch {
    const states = running.others().map(({ name, state }) => `${name} (${state})`)
    throw new Error(`beside the init there are ${states.length}: ${states.slice(0, 10).join(', ')}`)
  }
}
