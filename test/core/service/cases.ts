import type { Healthcheck, Hook, ServiceConfig } from '../../../src/core/config/model.ts'
import type { ServiceEvent } from '../../../src/core/service/event.ts'
import type { Exit, Failure } from '../../../src/core/service/exit.ts'
import type {
  Clearing,
  GettingReady,
  History,
  PostStart,
  Running,
  ServiceProcess,
  State,
  StopWithProcess,
} from '../../../src/core/service/state.ts'
import { NOTHING_SAID, serviceConfig, TOLD } from '../support.ts'

/** Cases of a union, by kind and then by a name of their own: the compiler asks for every kind. */
type Cases<Union extends { readonly kind: string }> = {
  readonly [Kind in Union['kind']]: Readonly<Record<string, Extract<Union, { readonly kind: Kind }>>>
}

/** The run that all cases are about, and its process. */
export const RUN = 3
export const PROCESS: ServiceProcess = { pid: 300, statusText: null, errno: null }

/** How runs end in the cases. */
export const WELL: Exit = { kind: 'code', code: 0 }
export const BADLY: Exit = { kind: 'code', code: 3 }
export const UNHEALTHY: Failure = { kind: 'unhealthy', checks: 3, output: 'ECONNREFUSED' }

/** A question that is asked each 30 s, of which three in a row have to fail. */
export const HEALTHCHECK: Healthcheck = {
  probe: { kind: 'tcp', host: '127.0.0.1', port: 80 },
  intervalMs: 30_000,
  timeoutMs: 30_000,
  retries: 3,
  startPeriodMs: 0,
  startIntervalMs: 5_000,
  onUnhealthy: 'restart',
  isReadiness: false,
}

export const HOOK: Hook = { argv: ['true'], timeoutMs: 10_000 }

/** A service that has every key which makes a difference to what an event makes of it, but for a schedule. */
export const EVERYTHING: ServiceConfig = serviceConfig({
  ready: TOLD,
  healthcheck: HEALTHCHECK,
  watchdogMs: 20_000,
  maxMemoryBytes: 1_000,
  postStart: [HOOK],
  preStop: [HOOK],
  stopCommand: HOOK,
})

/** What a service went through before the case. */
export const HISTORY: History = {
  run: RUN,
  restarts: 1,
  shortRuns: 1,
  restartedAt: [],
  lastExit: null,
  lastFailure: null,
  lastCheck: null,
}

/** The states that have a process, with the same process. */
export const GETTING_READY: GettingReady = {
  kind: 'starting',
  step: 'getting-ready',
  since: 10_000,
  run: RUN,
  process: PROCESS,
  spawnedAt: 10_000,
  until: 70_000,
  lastAttempt: null,
  watchdogMs: 20_000,
}
export const POST_START: PostStart = {
  kind: 'starting',
  step: 'post-start',
  since: 10_000,
  run: RUN,
  process: PROCESS,
  spawnedAt: 10_000,
  until: 70_000,
  watchdogMs: 20_000,
}
export const RUNNING: Running = {
  kind: 'running',
  since: 10_000,
  run: RUN,
  process: PROCESS,
  startedInMs: 250,
  health: { kind: 'healthy', failures: 0 },
  watchdogMs: 20_000,
  isReloading: false,
}

const requested = { kind: 'requested' } as const
const unhealthy = { kind: 'failed', failure: UNHEALTHY, readyForMs: 4_000 } as const
const announced = { kind: 'announced', readyForMs: 4_000 } as const

/** Every state, in every form that makes a difference. */
export const STATES: Cases<State> = {
  waiting: {
    'for its dependencies': { kind: 'waiting', since: 10_000, for: 'dependencies' },
    'for its schedule': { kind: 'waiting', since: 10_000, for: 'schedule' },
  },
  starting: {
    spawning: { kind: 'starting', step: 'spawning', since: 10_000, run: RUN },
    'getting ready': GETTING_READY,
    'in its post_start': POST_START,
  },
  running: {
    healthy: RUNNING,
    'one check from unhealthy': { ...RUNNING, health: { kind: 'healthy', failures: 2 } },
    reloading: { ...RUNNING, isReloading: true },
  },
  stopping: {
    'before the process': { kind: 'stopping', step: 'spawning', since: 10_000, run: RUN, ending: requested },
    'in its pre_stop': stopping('pre-stop', requested),
    'in its pre_stop, unhealthy': stopping('pre-stop', unhealthy),
    'in its grace period': stopping('grace', requested),
    'in its grace period, unhealthy': stopping('grace', unhealthy),
    'in its grace period, announced': stopping('grace', announced),
    killed: stopping('killed', requested),
    'killed, unhealthy': stopping('killed', unhealthy),
    'killed, announced': stopping('killed', announced),
    'clearing, on request': clearing(requested),
    'clearing, ended well': clearing({ kind: 'ended', exit: WELL, said: NOTHING_SAID, readyForMs: 4_000 }),
    'clearing, ended well before it was ready': clearing({
      kind: 'ended',
      exit: WELL,
      said: NOTHING_SAID,
      readyForMs: null,
    }),
    'clearing, ended badly': clearing({ kind: 'ended', exit: BADLY, said: NOTHING_SAID, readyForMs: 4_000 }),
    'clearing, ended badly after long': clearing({
      kind: 'ended',
      exit: BADLY,
      said: NOTHING_SAID,
      readyForMs: 10_000,
    }),
    'clearing, unhealthy': clearing(unhealthy),
    'clearing, unhealthy after long': clearing({ ...unhealthy, readyForMs: 10_000 }),
  },
  stopped: {
    'on request': { kind: 'stopped', since: 10_000, because: 'requested' },
    'never wanted': { kind: 'stopped', since: 10_000, because: 'not-asked' },
  },
  backoff: { '': { kind: 'backoff', since: 10_000, run: RUN, until: 10_100 } },
  completed: { '': { kind: 'completed', since: 10_000, exit: WELL } },
  failed: {
    '': {
      kind: 'failed',
      since: 10_000,
      failure: { kind: 'exited', exit: BADLY, said: NOTHING_SAID },
      gaveUpAfter: null,
    },
  },
  disabled: { '': { kind: 'disabled', since: 10_000 } },
}

/** Every event, in every form that makes a difference. */
export const EVENTS: Cases<ServiceEvent> = {
  begun: { '': { kind: 'begun' } },
  'start-requested': { '': { kind: 'start-requested' } },
  'dependencies-met': { '': { kind: 'dependencies-met' } },
  'stop-requested': { '': { kind: 'stop-requested' } },
  'kill-requested': { '': { kind: 'kill-requested' } },
  'reload-requested': { '': { kind: 'reload-requested' } },
  'signal-requested': { '': { kind: 'signal-requested', signal: 'SIGUSR1' } },
  'schedule-due': { '': { kind: 'schedule-due' } },
  spawned: { '': { kind: 'spawned', run: RUN, pid: PROCESS.pid } },
  'spawn-failed': { '': { kind: 'spawn-failed', run: RUN, message: 'no "serve" in PATH', status: 127 } },
  'already-created': { '': { kind: 'already-created', run: RUN } },
  notified: {
    'READY=1': notified('READY=1'),
    'RELOADING=1': notified('RELOADING=1'),
    'STOPPING=1': notified('STOPPING=1'),
    'WATCHDOG=1': notified('WATCHDOG=1'),
    'WATCHDOG=trigger': notified('WATCHDOG=trigger'),
    'WATCHDOG_USEC=5000000': notified('WATCHDOG_USEC=5000000'),
    'EXTEND_TIMEOUT_USEC=45000000': notified('EXTEND_TIMEOUT_USEC=45000000'),
    'MAINPID=301': notified('MAINPID=301'),
    'STATUS=at work': notified('STATUS=at work'),
    'ERRNO=2': notified('ERRNO=2'),
    'FDSTORE=1': notified('FDSTORE=1'),
  },
  'became-ready': { '': { kind: 'became-ready', run: RUN } },
  'attempt-failed': { '': { kind: 'attempt-failed', run: RUN, why: 'ECONNREFUSED' } },
  'health-checked': {
    passed: { kind: 'health-checked', run: RUN, passed: true, output: 'PONG' },
    failed: { kind: 'health-checked', run: RUN, passed: false, output: 'ECONNREFUSED' },
    'not asked': { kind: 'health-checked', run: RUN, passed: null, output: 'EMFILE' },
  },
  'hook-ended': {
    'post_start done': { kind: 'hook-ended', run: RUN, hook: 'post-start', why: null },
    'post_start failed': { kind: 'hook-ended', run: RUN, hook: 'post-start', why: 'exited with 1' },
    'pre_stop done': { kind: 'hook-ended', run: RUN, hook: 'pre-stop', why: null },
    'pre_stop failed': { kind: 'hook-ended', run: RUN, hook: 'pre-stop', why: 'exited with 1' },
    'stop_command done': { kind: 'hook-ended', run: RUN, hook: 'stop-command', why: null },
    'stop_command failed': { kind: 'hook-ended', run: RUN, hook: 'stop-command', why: 'exited with 1' },
  },
  'main-process-changed': { '': { kind: 'main-process-changed', run: RUN, pid: 301 } },
  'memory-measured': {
    little: { kind: 'memory-measured', run: RUN, bytes: 1_000 },
    'too much': { kind: 'memory-measured', run: RUN, bytes: 1_001 },
    unknown: { kind: 'memory-measured', run: RUN, bytes: null },
  },
  exited: {
    well: { kind: 'exited', run: RUN, exit: WELL },
    badly: { kind: 'exited', run: RUN, exit: BADLY },
  },
  cleared: { '': { kind: 'cleared', run: RUN } },
  'timer-expired': {
    'start-timeout': { kind: 'timer-expired', run: RUN, timer: 'start-timeout' },
    'ready-delay': { kind: 'timer-expired', run: RUN, timer: 'ready-delay' },
    'grace-period': { kind: 'timer-expired', run: RUN, timer: 'grace-period' },
    'restart-delay': { kind: 'timer-expired', run: RUN, timer: 'restart-delay' },
    'health-interval': { kind: 'timer-expired', run: RUN, timer: 'health-interval' },
    watchdog: { kind: 'timer-expired', run: RUN, timer: 'watchdog' },
    'memory-interval': { kind: 'timer-expired', run: RUN, timer: 'memory-interval' },
  },
}

/** Every state case with its kind and its name. */
export const STATE_LIST: readonly Listed<State>[] =
  Object.values<Readonly<Record<string, State>>>(STATES).flatMap(listed)

/** Every event case with its kind and its name. */
export const EVENT_LIST: readonly Listed<ServiceEvent>[] =
  Object.values<Readonly<Record<string, ServiceEvent>>>(EVENTS).flatMap(listed)

interface Listed<Case> {
  /** The kind, and what makes the case different from others of its kind. */
  readonly name: string
  readonly form: string
  readonly value: Case
}

function listed<Case extends { readonly kind: string }>(
  forms: Readonly<Record<string, Case>>,
): readonly Listed<Case>[] {
  return Object.entries(forms).map(([form, value]) => ({
    name: form === '' ? value.kind : `${value.kind}: ${form}`,
    form,
    value,
  }))
}

function stopping(step: StopWithProcess['step'], ending: StopWithProcess['ending']): StopWithProcess {
  const until = step === 'grace' ? 60_000 : null
  return { kind: 'stopping', since: 10_000, run: RUN, step, process: PROCESS, until, ending }
}

function clearing(ending: Clearing['ending']): Clearing {
  return { kind: 'stopping', since: 10_000, run: RUN, step: 'clearing', ending }
}

function notified(message: string): Extract<ServiceEvent, { readonly kind: 'notified' }> {
  return { kind: 'notified', run: RUN, message }
}
