import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { ServiceEvent } from '../../../src/core/service/event.ts'
import type { History, State, Stopping } from '../../../src/core/service/state.ts'
import { BADLY, NOT_READY, PID, RUN, WELL } from './cases.ts'

/** What an event makes of a state: nothing at all, or another state, what is to be done, and what is remembered. */
export type Outcome =
  | 'nothing'
  | { readonly to: State; readonly effects: readonly ServiceEffect[]; readonly remembered: Partial<History> }

/** What each event makes of one state; an event that comes in several forms may have an outcome for each. */
export type Row = Readonly<Record<ServiceEvent['kind'], Outcome | Readonly<Record<string, Outcome>>>>

/** When every event of the table happens. */
export const NOW = 50_000

const UNTOUCHED: Row = {
  'start-requested': 'nothing',
  'dependencies-met': 'nothing',
  'stop-requested': 'nothing',
  'kill-requested': 'nothing',
  spawned: 'nothing',
  'spawn-failed': 'nothing',
  'already-created': 'nothing',
  notified: 'nothing',
  'became-ready': 'nothing',
  'attempt-failed': 'nothing',
  exited: 'nothing',
  cleared: 'nothing',
  'timer-expired': 'nothing',
}

const clear: ServiceEffect = { kind: 'clear', run: RUN }
const spawn: ServiceEffect = { kind: 'spawn', run: RUN + 1 }
const watch: ServiceEffect = { kind: 'watch-readiness', run: RUN }
const unwatch: ServiceEffect = { kind: 'unwatch-readiness', run: RUN }
const sigkill: ServiceEffect = { kind: 'signal', run: RUN, signal: 'SIGKILL', scope: 'group' }
const startTimeout: ServiceEffect = { kind: 'start-timer', run: RUN, timer: 'start-timeout', afterMs: 60_000 }
const noStartTimeout: ServiceEffect = { kind: 'cancel-timer', timer: 'start-timeout' }
const noGrace: ServiceEffect = { kind: 'cancel-timer', timer: 'grace-period' }
const noRestartDelay: ServiceEffect = { kind: 'cancel-timer', timer: 'restart-delay' }
const sigterm: readonly ServiceEffect[] = [
  { kind: 'signal', run: RUN, signal: 'SIGTERM', scope: 'process' },
  { kind: 'signal', run: RUN, signal: 'SIGCONT', scope: 'process' },
  { kind: 'start-timer', run: RUN, timer: 'grace-period', afterMs: 10_000 },
]

const requested: Stopping['ending'] = { kind: 'requested' }
const tooSlow: Stopping['ending'] = { kind: 'too-slow', failure: NOT_READY }
const stopped = to({ kind: 'stopped', since: NOW, because: 'requested' })
const waiting = to({ kind: 'waiting', since: NOW })
const forgiven = { shortRuns: 0, restartedAt: [], lastFailure: null }
const again = to({ kind: 'waiting', since: NOW }, [], forgiven)
const ready = to({ kind: 'running', since: NOW, run: RUN, pid: PID, startedInMs: 40_000 }, [noStartTimeout, unwatch])
const spawnFailure = { kind: 'spawn-failed', message: 'no "serve" in PATH', status: 127 } as const
const noSpawn = backoff({ lastFailure: spawnFailure })
const exitFailure = { kind: 'exited', exit: BADLY } as const

/**
 * What every event makes of every state, for a longrun that tells when it is ready, has 60 s to get there, 10 s to go,
 * and is always restarted.
 */
export const TABLE: Readonly<Record<State['kind'], Readonly<Record<string, Row>>>> = {
  waiting: {
    '': {
      ...UNTOUCHED,
      'dependencies-met': to(
        { kind: 'starting', since: NOW, run: RUN + 1, pid: null, lastAttempt: null }, // a new run
        [spawn],
        { run: RUN + 1 },
      ),
      'stop-requested': stopped,
      'kill-requested': stopped,
    },
  },
  starting: {
    'without a process': {
      ...UNTOUCHED,
      'stop-requested': stopping({ step: 'spawning' }),
      'kill-requested': stopping({ step: 'spawning' }),
      spawned: to({ kind: 'starting', since: 10_000, run: RUN, pid: PID, lastAttempt: null }, [startTimeout, watch]),
      'spawn-failed': noSpawn,
      'already-created': to({ kind: 'completed', since: NOW, exit: null }, [], { lastFailure: null }),
    },
    'with a process': {
      ...UNTOUCHED,
      'stop-requested': stopping({ step: 'grace' }, [noStartTimeout, unwatch, ...sigterm]),
      'kill-requested': stopping({ step: 'killed' }, [noStartTimeout, unwatch, sigkill]),
      notified: { 'of readiness': ready, 'of something else': 'nothing' },
      'became-ready': ready,
      'attempt-failed': to({ kind: 'starting', since: 10_000, run: RUN, pid: PID, lastAttempt: 'ECONNREFUSED' }),
      exited: {
        well: ended({ exit: WELL, readyForMs: null }, [noStartTimeout, unwatch, clear]),
        badly: ended({ exit: BADLY, readyForMs: null }, [noStartTimeout, unwatch, clear]),
      },
      'timer-expired': {
        'start-timeout': stopping(
          {
            step: 'grace',
            ending: { kind: 'too-slow', failure: { kind: 'not-ready', withinMs: 60_000, lastAttempt: null } },
          },
          [noStartTimeout, unwatch, ...sigterm],
        ),
        'ready-delay': ready,
        'grace-period': 'nothing',
        'restart-delay': 'nothing',
      },
    },
  },
  running: {
    '': {
      ...UNTOUCHED,
      'stop-requested': stopping({ step: 'grace' }, sigterm),
      'kill-requested': stopping({ step: 'killed' }, [sigkill]),
      exited: {
        well: ended({ exit: WELL, readyForMs: 40_000 }, [clear]),
        badly: ended({ exit: BADLY, readyForMs: 40_000 }, [clear]),
      },
    },
  },
  stopping: {
    'before the process': {
      ...UNTOUCHED,
      spawned: stopping({ step: 'grace' }, sigterm),
      'spawn-failed': stopped,
      'already-created': stopped,
    },
    'in its grace period': {
      ...UNTOUCHED,
      'kill-requested': hurried('killed', [noGrace, sigkill]),
      exited: gone([noGrace, clear]),
      'timer-expired': onGraceOver(hurried('killed', [noGrace, sigkill])),
    },
    'in its grace period, too slow': {
      ...UNTOUCHED,
      'stop-requested': hurried('grace'),
      'kill-requested': hurried('killed', [noGrace, sigkill], tooSlow),
      exited: gone([noGrace, clear], tooSlow),
      'timer-expired': onGraceOver(hurried('killed', [noGrace, sigkill], tooSlow)),
    },
    killed: { ...UNTOUCHED, exited: gone([noGrace, clear]) },
    'killed, too slow': {
      ...UNTOUCHED,
      'stop-requested': hurried('killed'),
      exited: gone([noGrace, clear], tooSlow),
    },
    'clearing, on request': { ...UNTOUCHED, cleared: stopped },
    'clearing, ended well': {
      ...UNTOUCHED,
      'stop-requested': hurried('clearing'),
      cleared: backoff({ lastFailure: null }),
    },
    'clearing, ended badly': {
      ...UNTOUCHED,
      'stop-requested': hurried('clearing'),
      cleared: backoff({ lastFailure: exitFailure }),
    },
    'clearing, ended badly after long': {
      ...UNTOUCHED,
      'stop-requested': hurried('clearing'),
      cleared: to({ kind: 'waiting', since: NOW }, [], {
        restarts: 2,
        shortRuns: 0,
        restartedAt: [NOW],
        lastFailure: exitFailure,
      }),
    },
    'clearing, too slow': {
      ...UNTOUCHED,
      'stop-requested': hurried('clearing'),
      cleared: backoff({ lastFailure: NOT_READY }),
    },
  },
  stopped: {
    'on request': { ...UNTOUCHED, 'start-requested': again },
    'never wanted': {
      ...UNTOUCHED,
      'start-requested': again,
      'stop-requested': to({ kind: 'stopped', since: 10_000, because: 'requested' }),
    },
  },
  backoff: {
    '': {
      ...UNTOUCHED,
      'start-requested': to({ kind: 'waiting', since: NOW }, [noRestartDelay], forgiven),
      'stop-requested': to({ kind: 'stopped', since: NOW, because: 'requested' }, [noRestartDelay]),
      'kill-requested': to({ kind: 'stopped', since: NOW, because: 'requested' }, [noRestartDelay]),
      'timer-expired': {
        'start-timeout': 'nothing',
        'ready-delay': 'nothing',
        'grace-period': 'nothing',
        'restart-delay': waiting,
      },
    },
  },
  completed: { '': { ...UNTOUCHED, 'start-requested': again } },
  failed: { '': { ...UNTOUCHED, 'start-requested': again } },
  disabled: { '': UNTOUCHED },
}

function to(state: State, effects: readonly ServiceEffect[] = [], remembered: Partial<History> = {}): Outcome {
  return { to: state, effects, remembered }
}

function backoff(remembered: Partial<History>): Outcome {
  const effects: readonly ServiceEffect[] = [{ kind: 'start-timer', run: RUN, timer: 'restart-delay', afterMs: 200 }]
  const history = { restarts: 2, shortRuns: 2, restartedAt: [], ...remembered }
  return to({ kind: 'backoff', since: NOW, run: RUN, until: NOW + 200 }, effects, history)
}

function stopping(
  { step, ending = requested }: { step: Stopping['step']; ending?: Stopping['ending'] },
  effects: readonly ServiceEffect[] = [],
): Outcome {
  return to({ kind: 'stopping', since: NOW, run: RUN, step, pid: step === 'spawning' ? null : PID, ending }, effects)
}

function ended(end: { exit: typeof WELL; readyForMs: number | null }, effects: readonly ServiceEffect[]): Outcome {
  const state: Stopping = {
    kind: 'stopping',
    since: NOW,
    run: RUN,
    step: 'clearing',
    pid: null,
    ending: { kind: 'ended', ...end },
  }
  return to(state, effects, { lastExit: end.exit })
}

/** It is still the same stop: it began when it began. */
function hurried(step: Stopping['step'], effects: readonly ServiceEffect[] = [], ending = requested): Outcome {
  const pid = step === 'clearing' ? null : PID
  return to({ kind: 'stopping', since: 10_000, run: RUN, step, pid, ending }, effects)
}

function gone(effects: readonly ServiceEffect[], ending = requested): Readonly<Record<string, Outcome>> {
  const state: Stopping = { kind: 'stopping', since: 10_000, run: RUN, step: 'clearing', pid: null, ending }
  return { well: to(state, effects, { lastExit: WELL }), badly: to(state, effects, { lastExit: BADLY }) }
}

function onGraceOver(outcome: Outcome): Readonly<Record<string, Outcome>> {
  return { 'start-timeout': 'nothing', 'ready-delay': 'nothing', 'grace-period': outcome, 'restart-delay': 'nothing' }
}
