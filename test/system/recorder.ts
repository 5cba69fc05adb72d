import { DEFAULT_LOG_SETTINGS } from '../../src/core/log/settings.ts'
import type { ServiceConfig } from '../../src/core/config/model.ts'
import type { Machine, Process, SpawnRequest } from '../../src/core/machine.ts'
import type { Exit } from '../../src/core/service/exit.ts'

/** A service with every default, for a test to change. */
export function service(changes: Partial<ServiceConfig> & Pick<ServiceConfig, 'argv'>): ServiceConfig {
  return {
    name: 'web',
    type: 'longrun',
    creates: null,
    enabled: true,
    dependsOn: [],
    ready: null,
    startTimeoutMs: null,
    restart: {
      policy: 'no',
      delayMs: 0,
      maxDelayMs: 0,
      factor: 1,
      jitter: 0,
      maxAttempts: 0,
      preventExitCodes: [],
      windowMs: 0,
      resetAfterMs: 0,
    },
    successExitCodes: [0],
    onFailure: 'ignore',
    onSuccess: 'ignore',
    stopSignal: 'SIGTERM',
    stopGracePeriodMs: 10_000,
    killMode: 'process',
    environment: new Map(),
    fallbackFiles: new Map(),
    clearEnv: false,
    workingDir: null,
    user: null,
    groupAdd: [],
    instance: null,
    profiles: [],
    healthcheck: null,
    watchdogMs: null,
    postStart: [],
    preStop: [],
    stopCommand: null,
    reloadSignal: 'SIGHUP',
    schedule: null,
    umask: null,
    nice: null,
    oomScoreAdj: null,
    ulimits: new Map(),
    capAdd: [],
    capDrop: [],
    noNewPrivileges: false,
    cgroup: null,
    maxMemoryBytes: null,
    logs: DEFAULT_LOG_SETTINGS,
    description: null,
    labels: new Map(),
    ...changes,
  }
}

/** What a listener was told, in order; output only by its kind. */
type Told =
  | { readonly kind: 'spawned'; readonly pid: number }
  | { readonly kind: 'failed'; readonly message: string; readonly status: 126 | 127 }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr' }
  | { readonly kind: 'outputEnded' }
  | { readonly kind: 'notified'; readonly message: string }
  | { readonly kind: 'exited'; readonly exit: Exit }
  | { readonly kind: 'mainChanged'; readonly pid: number }

/** A run under observation. */
export interface Recorded {
  readonly process: Process
  readonly told: readonly Told[]
  readonly stdout: () => string
  readonly stderr: () => string
  /** The first event of the kind, past or to come; rejects when there is none in time. */
  readonly next: <K extends Told['kind']>(kind: K) => Promise<Extract<Told, { kind: K }>>
  /** Resolves as soon as the run's standard output matches. */
  readonly says: (pattern: RegExp) => Promise<RegExpMatchArray>
  readonly pid: () => Promise<number>
  /** Its exit, when its output has ended too. */
  readonly end: () => Promise<Exit>
  readonly clear: () => Promise<void>
}

let runs = 0

/** Starts a service and records what becomes of it. */
export function record(
  machine: Pick<Machine, 'spawn'>,
  config: ServiceConfig,
  stdio: SpawnRequest['stdio'] = 'service',
): Recorded {
  runs += 1
  const told: Told[] = []
  const text = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  const tell = (event: Told): void => {
    told.push(event)
    for (const watcher of watchers) watcher()
  }
  const until = <T>(what: string, look: () => T | null): Promise<T> => waitUntil({ what, look, watchers, told })
  const process = machine.spawn(
    { service: config, runId: `${globalThis.process.pid}-${runs}`, stdio },
    {
      spawned: (pid) => tell({ kind: 'spawned', pid }),
      failed: (failure) => tell({ kind: 'failed', ...failure }),
      output: (stream, chunk) => {
        text[stream] += Buffer.from(chunk).toString('utf8')
        tell({ kind: 'output', stream })
      },
      outputEnded: () => tell({ kind: 'outputEnded' }),
      notified: (message) => tell({ kind: 'notified', message }),
      exited: (exit) => tell({ kind: 'exited', exit }),
      mainChanged: (pid) => tell({ kind: 'mainChanged', pid }),
    },
  )
  const next: Recorded['next'] = (kind) =>
    until(kind, () => (told.find((event) => event.kind === kind) as Extract<Told, { kind: typeof kind }>) ?? null)
  return {
    process,
    told,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    next,
    says: (pattern) => until(String(pattern), () => text.stdout.match(pattern)),
    pid: async () => (await next('spawned')).pid,
    end: async () => {
      await next('outputEnded')
      return (await next('exited')).exit
    },
    clear: async () => {
      await within<null>('clear', 10_000, (resolve) => process.clear(() => resolve(null)))
    },
  }
}

/** A promise with a deadline. */
export function within<T>(what: string, ms: number, start: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms)
    start((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}

interface Wait<T> {
  readonly what: string
  readonly look: () => T | null
  readonly watchers: Set<() => void>
  readonly told: readonly Told[]
}

function waitUntil<T>({ what, look, watchers, told }: Wait<T>): Promise<T> {
  const found = within<T>(what, 20_000, (resolve) => {
    const watcher = (): void => {
      const value = look()
      if (value === null) return
      watchers.delete(watcher)
      resolve(value)
    }
    watchers.add(watcher)
    watcher()
  })
  return found.catch((error: unknown) => {
    throw new Error(`${String(error)}; told: ${JSON.stringify(told.slice(-5))}`, { cause: error })
  })
}
