import type { Running, State } from '../../../src/core/service/state.ts'

const run = { since: 0, run: 1 } as const
const process = { pid: 1, statusText: null, errno: null }
const requested = { kind: 'requested' } as const
const start = { ...run, process, spawnedAt: 0, until: null, watchdogMs: null }

/** Ready, and nobody asks for its health. */
export const RUNNING: Running = {
  kind: 'running',
  ...run,
  process,
  startedInMs: 0,
  health: { kind: 'none' },
  watchdogMs: null,
  isReloading: false,
}

/** Every state, by kind and in every form that could make a difference to others: the compiler asks for every kind. */
const STATES: { readonly [Kind in State['kind']]: Readonly<Record<string, Extract<State, { readonly kind: Kind }>>> } =
  {
    waiting: {
      waiting: { kind: 'waiting', since: 0, for: 'dependencies' },
      'waiting for its time': { kind: 'waiting', since: 0, for: 'schedule' },
    },
    starting: {
      'starting, spawning': { kind: 'starting', step: 'spawning', ...run },
      'starting, getting ready': { kind: 'starting', step: 'getting-ready', ...start, lastAttempt: null },
      'starting, post_start': { kind: 'starting', step: 'post-start', ...start },
    },
    running: {
      running: RUNNING,
      'running, not checked yet': { ...RUNNING, health: { kind: 'starting', failures: 0, startPeriodUntil: 0 } },
      'running, healthy': { ...RUNNING, health: { kind: 'healthy', failures: 1 } },
      'running, unhealthy': { ...RUNNING, health: { kind: 'unhealthy', failures: 3 } },
    },
    stopping: {
      'stopping, spawning': { kind: 'stopping', step: 'spawning', ...run, ending: requested },
      'stopping, pre_stop': { kind: 'stopping', step: 'pre-stop', ...run, process, until: null, ending: requested },
      'stopping, grace': { kind: 'stopping', step: 'grace', ...run, process, until: 10_000, ending: requested },
      'stopping, killed': { kind: 'stopping', step: 'killed', ...run, process, until: null, ending: requested },
      'stopping, clearing': { kind: 'stopping', step: 'clearing', ...run, ending: requested },
    },
    stopped: {
      'stopped on request': { kind: 'stopped', since: 0, because: 'requested' },
      'stopped, never wanted': { kind: 'stopped', since: 0, because: 'not-asked' },
    },
    backoff: { backoff: { kind: 'backoff', ...run, until: 100 } },
    completed: { completed: { kind: 'completed', since: 0, exit: { kind: 'code', code: 0 } } },
    failed: {
      failed: {
        kind: 'failed',
        since: 0,
        failure: { kind: 'exited', exit: { kind: 'code', code: 3 }, said: { statusText: null, errno: null } },
        gaveUpAfter: null,
      },
    },
    disabled: { disabled: { kind: 'disabled', since: 0 } },
  }

/** Every state with its name. */
export const states: readonly (readonly [name: string, state: State])[] = Object.values<
  Readonly<Record<string, State>>
>(STATES).flatMap((forms) => Object.entries(forms))
