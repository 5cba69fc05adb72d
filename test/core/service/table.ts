import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { HookName, ServiceEvent, ServiceTimer } from '../../../src/core/service/event.ts'
import type { Exit } from '../../../src/core/service/exit.ts'
import type {
  Clearing,
  Ending,
  History,
  ServiceProcess,
  State,
  StopWithProcess,
} from '../../../src/core/service/state.ts'
import { NOTHING_SAID } from '../support.ts'
import { BADLY, GETTING_READY, POST_START, PROCESS, RUN, RUNNING, UNHEALTHY, WELL } from './cases.ts'

/** What an event makes of a state: another state, what is to be done, and what is remembered. */
export interface Outcome {
  readonly to: State
  readonly effects: readonly ServiceEffect[]
  readonly remembered: Partial<History>
}

/**
 * What each event makes of one state; an event that comes in several forms may have an outcome for each. What is not
 * named here does nothing at all.
 */
export type Row = Readonly<Partial<Record<ServiceEvent['kind'], Outcome | Readonly<Record<string, Outcome>>>>>

/** When every event of the table happens. */
export const NOW = 50_000

const clear: ServiceEffect = { kind: 'clear', run: RUN }
const spawn: ServiceEffect = { kind: 'spawn', run: RUN + 1 }
const watch: ServiceEffect = { kind: 'watch-readiness', run: RUN }
const unwatch: ServiceEffect = { kind: 'unwatch-readiness', run: RUN }
const check: ServiceEffect = { kind: 'check-health', run: RUN }
const noCheck: ServiceEffect = { kind: 'cancel-health-check', run: RUN }
const measure: ServiceEffect = { kind: 'measure-memory', run: RUN }
const noHook: ServiceEffect = { kind: 'cancel-hook', run: RUN }
const follow: ServiceEffect = { kind: 'follow-main-process', run: RUN, pid: 301 }
const sigkill: ServiceEffect = { kind: 'signal', run: RUN, signal: 'SIGKILL', scope: 'group' }
const sigabrt: ServiceEffect = { kind: 'signal', run: RUN, signal: 'SIGABRT', scope: 'process' }
const sighup: ServiceEffect = { kind: 'signal', run: RUN, signal: 'SIGHUP', scope: 'process' }
const sigusr1: ServiceEffect = { kind: 'signal', run: RUN, signal: 'SIGUSR1', scope: 'process' }
const sigterm: readonly ServiceEffect[] = [
  { kind: 'signal', run: RUN, signal: 'SIGTERM', scope: 'process' },
  { kind: 'signal', run: RUN, signal: 'SIGCONT', scope: 'process' },
]

/** How the service is told to end: it has a `stop_command`. */
const tell: readonly ServiceEffect[] = [hook('stop-command'), timer('grace-period', 10_000)]

/** What the states with a process take along when they are left. */
const noWait: readonly ServiceEffect[] = [noTimer('start-timeout'), unwatch]
const noPostStart: readonly ServiceEffect[] = [noTimer('start-timeout'), noHook]
const noWatch: readonly ServiceEffect[] = [
  noTimer('health-interval'),
  noCheck,
  noTimer('watchdog'),
  noTimer('memory-interval'),
]
const noGrace: readonly ServiceEffect[] = [noTimer('grace-period'), noHook]

const requested = { kind: 'requested' } as const
const unhealthy = { kind: 'failed', failure: UNHEALTHY, readyForMs: 4_000 } as const
const announced: Ending = { kind: 'announced', readyForMs: 4_000 }
const readyFor40 = { readyForMs: 40_000 }
const never = { readyForMs: null }

const stopped = to({ kind: 'stopped', since: NOW, because: 'requested' })
const waiting = to({ kind: 'waiting', since: NOW, for: 'dependencies' })
const forgiven = { shortRuns: 0, restartedAt: [], lastFailure: null }
const again = to({ kind: 'waiting', since: NOW, for: 'dependencies' }, [], forgiven)
const spawnFailure = { kind: 'spawn-failed', message: 'no "serve" in PATH', status: 127 } as const
const exitFailure = { kind: 'exited', exit: BADLY, said: NOTHING_SAID } as const
const neverReady = { kind: 'never-ready', exit: WELL, said: NOTHING_SAID } as const
const restarted = { restarts: 2 }
const atLast = { ...restarted, shortRuns: 0, restartedAt: [NOW] }

const ready = to(POST_START, [unwatch, hook('post-start')])
const running = to(
  {
    ...RUNNING,
    since: NOW,
    startedInMs: 40_000,
    health: { kind: 'starting', failures: 0, startPeriodUntil: NOW },
  },
  [noTimer('start-timeout'), check, timer('watchdog', 20_000), timer('memory-interval', 5_000)],
)
const notReady = { kind: 'not-ready', withinMs: 60_000, lastAttempt: 'no READY=1', said: NOTHING_SAID } as const

/** What every event makes of every state, for the service that has every key. */
export const TABLE: Readonly<Record<State['kind'], Readonly<Record<string, Row>>>> = {
  waiting: {
    'for its dependencies': {
      'dependencies-met': to({ kind: 'starting', step: 'spawning', since: NOW, run: RUN + 1 }, [spawn], {
        run: RUN + 1,
      }),
      'stop-requested': stopped,
      'kill-requested': stopped,
    },
    // That its time is no longer waited for is for a service that has a schedule: see schedule.test.ts.
    'for its schedule': {
      begun: to({ kind: 'waiting', since: 10_000, for: 'schedule' }, [{ kind: 'await-schedule' }]),
      'start-requested': again,
      'stop-requested': stopped,
      'kill-requested': stopped,
    },
  },
  starting: {
    spawning: {
      'stop-requested': to({ kind: 'stopping', step: 'spawning', since: NOW, run: RUN, ending: requested }),
      'kill-requested': to({ kind: 'stopping', step: 'spawning', since: NOW, run: RUN, ending: requested }),
      spawned: to({ ...GETTING_READY, spawnedAt: NOW, until: NOW + 60_000 }, [timer('start-timeout', 60_000), watch]),
      'spawn-failed': backoff({ lastFailure: spawnFailure }),
      'already-created': to({ kind: 'completed', since: NOW, exit: null }, [], { lastFailure: null }),
    },
    'getting ready': {
      'stop-requested': stopping('grace', requested, [...noWait, ...tell]),
      'kill-requested': stopping('killed', requested, [...noWait, sigkill]),
      ...signalled(GETTING_READY),
      notified: {
        ...told(GETTING_READY),
        'READY=1': ready,
        'WATCHDOG=trigger': silent({ withinMs: null, ...never }, noWait),
        'WATCHDOG_USEC=5000000': to({ ...GETTING_READY, watchdogMs: 5_000 }),
        'EXTEND_TIMEOUT_USEC=45000000': to({ ...GETTING_READY, until: NOW + 45_000 }, [timer('start-timeout', 45_000)]),
      },
      'became-ready': ready,
      'attempt-failed': to({ ...GETTING_READY, lastAttempt: 'ECONNREFUSED' }),
      'main-process-changed': to({ ...GETTING_READY, process: followed() }),
      exited: ended(null, [...noWait, clear]),
      'timer-expired': {
        'start-timeout': stopping('grace', { kind: 'failed', failure: notReady, ...never }, [...noWait, ...tell]),
        'ready-delay': ready,
      },
    },
    'in its post_start': {
      'stop-requested': stopping('grace', requested, [...noPostStart, ...tell]),
      'kill-requested': stopping('killed', requested, [...noPostStart, sigkill]),
      ...signalled(POST_START),
      notified: {
        ...told(POST_START),
        'WATCHDOG=trigger': silent({ withinMs: null, ...never }, noPostStart),
        'WATCHDOG_USEC=5000000': to({ ...POST_START, watchdogMs: 5_000 }),
        'EXTEND_TIMEOUT_USEC=45000000': to({ ...POST_START, until: NOW + 45_000 }, [timer('start-timeout', 45_000)]),
      },
      'hook-ended': {
        'post_start done': running,
        'post_start failed': stopping(
          'grace',
          { kind: 'failed', failure: { kind: 'hook-failed', hook: 'post-start', why: 'exited with 1' }, ...never },
          [...noPostStart, ...tell],
        ),
      },
      'main-process-changed': to({ ...POST_START, process: followed() }),
      exited: ended(null, [...noPostStart, clear]),
      'timer-expired': {
        'start-timeout': stopping(
          'grace',
          { kind: 'failed', failure: { ...notReady, lastAttempt: 'post_start was still running' }, ...never },
          [...noPostStart, ...tell],
        ),
      },
    },
  },
  running: {
    healthy: {
      ...whileRunning(RUNNING),
      'health-checked': { passed: checked('passed', 0), failed: checked('failed', 1), 'not asked': unasked(RUNNING) },
    },
    'one check from unhealthy': {
      ...whileRunning({ ...RUNNING, health: { kind: 'healthy', failures: 2 } }),
      'health-checked': {
        passed: checked('passed', 0),
        'not asked': unasked({ ...RUNNING, health: { kind: 'healthy', failures: 2 } }),
        failed: {
          ...stopping('pre-stop', { kind: 'failed', failure: UNHEALTHY, ...readyFor40 }, [
            ...noWatch,
            hook('pre-stop'),
          ]),
          remembered: checked('failed', 3).remembered,
        },
      },
    },
    reloading: {
      ...whileRunning({ ...RUNNING, isReloading: true }),
      'health-checked': {
        passed: checked('passed', 0, true),
        failed: checked('failed', 1, true),
        'not asked': unasked({ ...RUNNING, isReloading: true }),
      },
    },
  },
  stopping: {
    'before the process': {
      spawned: to({ ...stoppingSince('grace', requested), until: NOW + 10_000 }, tell),
      'spawn-failed': stopped,
      'already-created': stopped,
    },
    'in its pre_stop': {
      ...whileInPreStop(requested),
      exited: gone(requested, [noHook, clear]),
    },
    'in its pre_stop, unhealthy': {
      ...whileInPreStop(unhealthy),
      'stop-requested': to(stoppingSince('pre-stop', requested)),
      exited: gone(unhealthy, [noHook, clear]),
    },
    'in its grace period': {
      ...whileInGrace(requested),
      exited: gone(requested, [...noGrace, clear]),
    },
    'in its grace period, unhealthy': {
      ...whileInGrace(unhealthy),
      'stop-requested': to(stoppingSince('grace', requested)),
      exited: gone(unhealthy, [...noGrace, clear]),
    },
    'in its grace period, announced': {
      ...whileInGrace(announced, {
        kind: 'failed',
        failure: { kind: 'not-gone', withinMs: 50_000, said: NOTHING_SAID },
        readyForMs: 4_000,
      }),
      'stop-requested': to(stoppingSince('grace', requested)),
      exited: goneAsAnnounced([...noGrace, clear]),
    },
    killed: { ...whileKilled(requested), exited: gone(requested, [clear]) },
    'killed, unhealthy': {
      ...whileKilled(unhealthy),
      'stop-requested': to(stoppingSince('killed', requested)),
      exited: gone(unhealthy, [clear]),
    },
    'killed, announced': {
      ...whileKilled(announced),
      'stop-requested': to(stoppingSince('killed', requested)),
      exited: goneAsAnnounced([clear]),
    },
    'clearing, on request': { cleared: stopped },
    'clearing, ended well': { ...whileClearing(), cleared: backoff({ lastFailure: null }) },
    'clearing, ended well before it was ready': { ...whileClearing(), cleared: backoff({ lastFailure: neverReady }) },
    'clearing, ended badly': { ...whileClearing(), cleared: backoff({ lastFailure: exitFailure }) },
    'clearing, ended badly after long': {
      ...whileClearing(),
      cleared: { ...waiting, remembered: { ...atLast, lastFailure: exitFailure } },
    },
    'clearing, unhealthy': { ...whileClearing(), cleared: backoff({ lastFailure: UNHEALTHY }) },
    'clearing, unhealthy after long': {
      ...whileClearing(),
      cleared: { ...waiting, remembered: { ...atLast, lastFailure: UNHEALTHY } },
    },
  },
  stopped: {
    'on request': { 'start-requested': again },
    'never wanted': {
      'start-requested': again,
      'stop-requested': to({ kind: 'stopped', since: 10_000, because: 'requested' }),
    },
  },
  backoff: {
    '': {
      'start-requested': { ...again, effects: [noTimer('restart-delay')] },
      'stop-requested': { ...stopped, effects: [noTimer('restart-delay')] },
      'kill-requested': { ...stopped, effects: [noTimer('restart-delay')] },
      'timer-expired': { 'restart-delay': { ...waiting, remembered: restarted } },
    },
  },
  completed: { '': { 'start-requested': again } },
  failed: { '': { 'start-requested': again } },
  disabled: { '': {} },
}

/** What a running service makes of all but its checks. */
function whileRunning(state: typeof RUNNING): Row {
  const { isReloading } = state
  return {
    'stop-requested': stopping('pre-stop', requested, [...noWatch, hook('pre-stop')]),
    'kill-requested': stopping('killed', requested, [...noWatch, sigkill]),
    ...signalled(state),
    notified: {
      ...told(state),
      ...(isReloading
        ? { 'READY=1': to({ ...state, isReloading: false }) }
        : { 'RELOADING=1': to({ ...state, isReloading: true }) }),
      'STOPPING=1': stopping('grace', { kind: 'announced', ...readyFor40 }, [
        ...noWatch,
        timer('grace-period', 10_000),
      ]),
      'WATCHDOG=1': to(state, [timer('watchdog', 20_000)]),
      'WATCHDOG=trigger': silent({ withinMs: null, ...readyFor40 }, noWatch),
      'WATCHDOG_USEC=5000000': to({ ...state, watchdogMs: 5_000 }, [timer('watchdog', 5_000)]),
    },
    'main-process-changed': to({ ...state, process: followed() }),
    'memory-measured': {
      little: to(state, [timer('memory-interval', 5_000)]),
      'too much': stopping(
        'pre-stop',
        { kind: 'failed', failure: { kind: 'over-memory', bytes: 1_001, limitBytes: 1_000 }, ...readyFor40 },
        [...noWatch, hook('pre-stop')],
      ),
      unknown: to(state, [timer('memory-interval', 5_000)]),
    },
    exited: ended(40_000, [...noWatch, clear]),
    'timer-expired': {
      'health-interval': to(state, [check]),
      watchdog: silent({ withinMs: 20_000, ...readyFor40 }, noWatch),
      'memory-interval': to(state, [measure]),
    },
  }
}

function whileInPreStop(ending: Ending): Row {
  const state = stoppingSince('pre-stop', ending)
  const grace = to({ ...stoppingSince('grace', ending), until: NOW + 10_000 }, tell)
  return {
    'kill-requested': to(stoppingSince('killed', ending), [noHook, sigkill]),
    ...signalled(state),
    notified: told(state),
    'hook-ended': { 'pre_stop done': grace, 'pre_stop failed': grace },
    'main-process-changed': to({ ...state, process: followed() }),
  }
}

/** @param late How it ends when the grace period is over. */
function whileInGrace(ending: Ending, late: Ending = ending): Row {
  const state = stoppingSince('grace', ending)
  const killed = to(stoppingSince('killed', ending), [...noGrace, sigkill])
  return {
    'kill-requested': killed,
    ...signalled(state),
    notified: {
      ...told(state),
      'EXTEND_TIMEOUT_USEC=45000000': to({ ...state, until: NOW + 45_000 }, [timer('grace-period', 45_000)]),
    },
    'hook-ended': { 'stop_command failed': to(state, sigterm) },
    'main-process-changed': to({ ...state, process: followed() }),
    'timer-expired': { 'grace-period': to(stoppingSince('killed', late), [...noGrace, sigkill]) },
  }
}

function whileKilled(ending: Ending): Row {
  const state = stoppingSince('killed', ending)
  return {
    ...signalled(state),
    notified: told(state),
    'main-process-changed': to({ ...state, process: followed() }, [sigkill]),
  }
}

function whileClearing(): Row {
  return {
    'stop-requested': to({ kind: 'stopping', step: 'clearing', since: 10_000, run: RUN, ending: requested }),
  }
}

function to(state: State, effects: readonly ServiceEffect[] = [], remembered: Partial<History> = {}): Outcome {
  return { to: state, effects, remembered }
}

function timer(name: ServiceTimer, afterMs: number): ServiceEffect {
  return { kind: 'start-timer', run: RUN, timer: name, afterMs }
}

function noTimer(name: ServiceTimer): ServiceEffect {
  return { kind: 'cancel-timer', timer: name }
}

function hook(name: HookName): ServiceEffect {
  return { kind: 'run-hook', run: RUN, hook: name }
}

function backoff(remembered: Partial<History>): Outcome {
  const history = { shortRuns: 2, restartedAt: [], ...remembered }
  return to({ kind: 'backoff', since: NOW, run: RUN, until: NOW + 200 }, [timer('restart-delay', 200)], history)
}

/** A stop that begins with the event. */
function stopping(step: StopWithProcess['step'], ending: Ending, effects: readonly ServiceEffect[]): Outcome {
  const until = step === 'grace' ? NOW + 10_000 : null
  return to({ kind: 'stopping', since: NOW, run: RUN, step, process: PROCESS, until, ending }, effects)
}

/** A stop that began when it began. */
function stoppingSince(step: StopWithProcess['step'], ending: Ending): StopWithProcess {
  const until = step === 'grace' ? 60_000 : null
  return { kind: 'stopping', since: 10_000, run: RUN, step, process: PROCESS, until, ending }
}

/** Ended by its watchdog: SIGABRT, and no hook is asked. */
function silent(
  { withinMs, readyForMs }: { readonly withinMs: number | null; readonly readyForMs: number | null },
  effects: readonly ServiceEffect[],
): Outcome {
  const ending: Ending = { kind: 'failed', failure: { kind: 'watchdog', withinMs, said: NOTHING_SAID }, readyForMs }
  return stopping('grace', ending, [...effects, sigabrt, timer('grace-period', 10_000)])
}

/** The end of a main process that nobody has told to end. */
function ended(readyForMs: number | null, effects: readonly ServiceEffect[]): Readonly<Record<string, Outcome>> {
  return onExit((exit) => ({ to: clearing(NOW, { kind: 'ended', exit, said: NOTHING_SAID, readyForMs }), effects }))
}

/** The end of a main process that was told to. */
function gone(ending: Clearing['ending'], effects: readonly ServiceEffect[]): Readonly<Record<string, Outcome>> {
  return onExit(() => ({ to: clearing(10_000, ending), effects }))
}

/** It has said that it ends: what it ended with is what counts. */
function goneAsAnnounced(effects: readonly ServiceEffect[]): Readonly<Record<string, Outcome>> {
  return onExit((exit) => ({
    to: clearing(10_000, { kind: 'ended', exit, said: NOTHING_SAID, readyForMs: 4_000 }),
    effects,
  }))
}

function onExit(outcome: (exit: Exit) => Omit<Outcome, 'remembered'>): Readonly<Record<string, Outcome>> {
  return {
    well: { ...outcome(WELL), remembered: { lastExit: WELL } },
    badly: { ...outcome(BADLY), remembered: { lastExit: BADLY } },
  }
}

function clearing(since: number, ending: Clearing['ending']): State {
  return { kind: 'stopping', step: 'clearing', since, run: RUN, ending }
}

function checked(result: 'passed' | 'failed', failures: number, isReloading = false): Outcome {
  const lastCheck = { at: NOW, result, output: result === 'passed' ? 'PONG' : 'ECONNREFUSED' }
  const state: State = { ...RUNNING, health: { kind: 'healthy', failures }, isReloading }
  return to(state, [timer('health-interval', 30_000)], { lastCheck })
}

/** A check that could not be asked counts neither way, and is remembered. */
function unasked(state: State): Outcome {
  return to(state, [timer('health-interval', 30_000)], { lastCheck: { at: NOW, result: 'failed', output: 'EMFILE' } })
}

/** What any state with a process makes of a signal that is asked for. */
function signalled(state: State): Row {
  return { 'reload-requested': to(state, [sighup]), 'signal-requested': to(state, [sigusr1]) }
}

/** What any state with a process keeps of what the service says. */
function told(state: Extract<State, { readonly process: ServiceProcess }>): Readonly<Record<string, Outcome>> {
  return {
    'MAINPID=301': to(state, [follow]),
    'STATUS=at work': to({ ...state, process: { ...PROCESS, statusText: 'at work' } }),
    'ERRNO=2': to({ ...state, process: { ...PROCESS, errno: 2 } }),
  }
}

function followed(): ServiceProcess {
  return { ...PROCESS, pid: 301 }
}
