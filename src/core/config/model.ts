import type { LogSettings } from '../log/settings.ts'
import type { SignalName } from './signal.ts'

/** A checked file with every default filled in. Maps, not objects: any string can be a service's name. */
export interface Config {
  /** The project: `name`, or else the name of the file's folder. */
  readonly name: string
  /** By name, in the order of the file. */
  readonly services: ReadonlyMap<string, ServiceConfig>
  /** The budget of the whole shutdown, ms; null for none. */
  readonly shutdownTimeoutMs: number | null
  /** What becomes of the services when the supervisor, not being PID 1, is killed. */
  readonly whenKilled: WhenKilled
  readonly command: CommandStart
  /** What the supervisor passes on of the signals that it gets, by the signal; those without a meaning of its own only. */
  readonly signals: ReadonlyMap<SignalName, SignalRoute>
  readonly controlAllow: ControlAllow
  /** Of the supervisor's own messages, and of every service that says nothing else. */
  readonly logs: LogSettings
  /** Variables that are secret because the file says so. */
  readonly secretNames: ReadonlySet<string>
  /** Values of secret variables, none of them empty: they are never told to anybody but the services. */
  readonly secrets: ReadonlySet<string>
  /** Why services do not run, by name: of those that are not enabled. */
  readonly absences: ReadonlyMap<string, Absence>
  /** Edges of the file that nobody waits for, in its order. */
  readonly droppedEdges: readonly DroppedEdge[]
}

/** `kill`: a guard kills them. `leave`: they live on. */
export type WhenKilled = 'kill' | 'leave'

/** What somebody may ask on the control socket: `read` is to look on, `admin` everything. */
export type Access = 'read' | 'admin'

/** What others than root and the supervisor's own user may ask on the control socket, by user id and by group id. */
export interface ControlAllow {
  readonly users: ReadonlyMap<number, Access>
  readonly groups: ReadonlyMap<number, Access>
}

/** When the container's command starts. */
export interface CommandStart {
  /** All services ready, all spawned, or at once. */
  readonly waitFor: 'ready' | 'started' | 'nothing'
  /** How long it waits for that before it is given up, ms; null: as long as it takes. */
  readonly timeoutMs: number | null
}

/** Where a signal to the supervisor goes. */
export interface SignalRoute {
  /** What is sent. */
  readonly signal: SignalName
  /** Names of enabled services, in the order of the file; none when those that were meant are not. */
  readonly services: readonly string[]
}

/** An edge of an enabled service to one that is not there: `service` does not wait for `dependency`. */
export interface DroppedEdge {
  readonly service: string
  readonly dependency: string
  readonly because: Absence | 'not-in-the-file'
}

/** Why a service does not run: `enabled: false`, none of its `profiles` was chosen, or `scale: 0`. */
export type Absence = 'disabled' | 'profiles' | 'scale'

/** One service, as declared. */
export interface ServiceConfig {
  readonly name: string
  /** Which of several instances it is; null for a service without `scale`. */
  readonly instance: Instance | null
  readonly type: 'longrun' | 'oneshot'
  /** Words to execute, at least one; a `script` stands here as `/bin/sh -e -c TEXT`. */
  readonly argv: readonly string[]
  /** Oneshot: when this path exists there is nothing to run. */
  readonly creates: string | null
  readonly enabled: boolean
  /** Names of profiles of which one has to be chosen for it to be enabled; `enabled` has taken them into account. */
  readonly profiles: readonly string[]
  /** What it waits for; edges to disabled services are already dropped. */
  readonly dependsOn: readonly Dependency[]
  /** How it tells that it is ready; null: ready once spawned. */
  readonly ready: Ready | null
  /** How it is asked whether it is well, for as long as it runs; null: it is not. */
  readonly healthcheck: Healthcheck | null
  /** Longest time between two keep-alive messages (`WATCHDOG=1`) of a ready service, ms; null: none are expected. */
  readonly watchdogMs: number | null
  /** Spawned to ready, ms; null for no limit. */
  readonly startTimeoutMs: number | null
  readonly restart: Restart
  readonly successExitCodes: readonly number[]
  readonly onFailure: 'shutdown' | 'ignore'
  readonly onSuccess: 'shutdown' | 'ignore'
  readonly stopSignal: SignalName
  readonly stopGracePeriodMs: number
  readonly killMode: 'process' | 'group'
  /** Run in this order once it is ready by its own word, and before it counts as ready. */
  readonly postStart: readonly Hook[]
  /** Run in this order before a running service is told to stop. */
  readonly preStop: readonly Hook[]
  /** Run in place of the stop signal, which follows when this fails. */
  readonly stopCommand: Hook | null
  readonly reloadSignal: SignalName
  /** Oneshot: when it runs; null: once, with the others. */
  readonly schedule: Schedule | null
  /** What the file sets, `env_file` included; it goes over the container's environment. */
  readonly environment: ReadonlyMap<string, string>
  /** Variables that nobody gives, and the file that each is read from when a process is started; it need not be there. */
  readonly fallbackFiles: ReadonlyMap<string, string>
  readonly clearEnv: boolean
  readonly workingDir: string | null
  /** Whom it runs as; null: as the supervisor itself. */
  readonly user: Identity | null
  /** Supplementary group ids beside the user's own. */
  readonly groupAdd: readonly number[]
  /** Null: as the supervisor itself. */
  readonly umask: number | null
  /** From -20 to 19; null: as the supervisor itself. */
  readonly nice: number | null
  /** From -1000 to 1000; null: as the supervisor itself. */
  readonly oomScoreAdj: number | null
  readonly ulimits: ReadonlyMap<UlimitName, Ulimit>
  /** Names without `CAP_`; `ALL` stands for all. */
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly noNewPrivileges: boolean
  /** What its cgroup may use; null: it needs none of its own. */
  readonly cgroup: CgroupLimits | null
  /** Bytes that its whole tree may take before it is restarted; null: no limit. */
  readonly maxMemoryBytes: number | null
  /** What becomes of its output; `inherit`: it has the container's own descriptors, and we see nothing of it. */
  readonly logs: LogSettings | 'inherit'
  readonly description: string | null
  readonly labels: ReadonlyMap<string, string>
}

/** A condition on another service, in Compose's words and `service_ready`, `service_completed`. */
export type Condition =
  | 'service_started'
  | 'service_ready'
  | 'service_healthy'
  | 'service_completed_successfully'
  | 'service_completed'
  /** Holds always: only the order in which they stop. No file has it. */
  | 'none'

/** An edge of the graph: what must hold of `service` before the dependent starts. */
export interface Dependency {
  readonly service: string
  readonly condition: Condition
  /** False: a failed, stopped or missing dependency does not hold the dependent back. */
  readonly required: boolean
  /** What becomes of the dependent when `service` is lost while it runs. */
  readonly whenLost: WhenLost
}

/**
 * `ignore`: it runs on. `restart`: it runs on, and is restarted when the dependency is there again. `stop`: it is stopped
 * at once, and started when the dependency is there again.
 */
export type WhenLost = 'ignore' | 'restart' | 'stop'

/** One of the instances of a service: `web-2` is `{ service: 'web', number: 2 }`. */
export interface Instance {
  readonly service: string
  /** From 1. */
  readonly number: number
}

/** A command that is run beside a service; it has the service's user, folder and environment. */
export interface Hook {
  readonly argv: readonly string[]
  readonly timeoutMs: number
}

/** How a running service is asked whether it is well, in Compose's words. */
export interface Healthcheck {
  readonly probe: Probe
  /** From the end of a check to the next one, ms. */
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Failures in a row, from 1, that make it unhealthy. */
  readonly retries: number
  /** From the first check on: how long failures do not count, unless a check has passed, ms. */
  readonly startPeriodMs: number
  /** The interval during that time, ms. */
  readonly startIntervalMs: number
  readonly onUnhealthy: 'restart' | 'shutdown' | 'ignore'
  /** Whether its first pass is readiness: `ready` then asks the same question. */
  readonly isReadiness: boolean
}

/** When a oneshot runs again. */
export type Schedule =
  | { readonly kind: 'every'; readonly everyMs: number }
  /** `timeZone`: an IANA name; null for the machine's own. */
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string | null }

/** A limit of setrlimit(2), in its units; `unlimited` is RLIM_INFINITY. */
export interface Ulimit {
  readonly soft: number | 'unlimited'
  readonly hard: number | 'unlimited'
}

/** The limits by Compose's names, which are those of limits.conf(5); without those that Linux does not enforce. */
export const ULIMIT_NAMES = [
  'as',
  'core',
  'cpu',
  'data',
  'fsize',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
] as const

/** A limit of one process. */
export type UlimitName = (typeof ULIMIT_NAMES)[number]

/** Limits of a whole tree of processes (cgroup v2); null: none. */
export interface CgroupLimits {
  readonly memoryBytes: number | null
  /** In cores: 0.5 is half of one. */
  readonly cpus: number | null
  readonly pids: number | null
}

/** When and how often a service is started again after it ended by itself. */
export interface Restart {
  readonly policy: 'always' | 'no' | 'on-failure' | 'unless-stopped'
  readonly delayMs: number
  readonly maxDelayMs: number
  readonly factor: number
  /** Share of the delay by which chance may lengthen or shorten it, 0 to 1. */
  readonly jitter: number
  /** Restarts within `windowMs` before it has failed for good; 0: no limit. */
  readonly maxAttempts: number
  readonly windowMs: number
  /** Ended with one of these, it is not started again, whatever the policy. */
  readonly preventExitCodes: readonly number[]
  /** A run that was ready for as long as this is restarted at once, and the count begins anew; ms. */
  readonly resetAfterMs: number
}

/** How a service tells that it is ready. */
export type Ready =
  | { readonly kind: 'notify-systemd' }
  | { readonly kind: 'notify-fd'; readonly fd: number | 'auto' }
  | { readonly kind: 'log'; readonly source: string }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'poll'; readonly probe: Probe; readonly intervalMs: number; readonly timeoutMs: number }

/** A question that can be put to a service from outside. */
export type Probe =
  | Endpoint
  | HttpProbe
  | { readonly kind: 'postgres'; readonly at: Endpoint; readonly user: string; readonly database: string }
  | { readonly kind: 'redis'; readonly at: Endpoint }
  | { readonly kind: 'exec'; readonly argv: readonly string[] }
  | { readonly kind: 'file'; readonly path: string }

/** An HTTP request and what counts as an answer. */
export interface HttpProbe {
  readonly kind: 'http'
  readonly url: string
  /** Accepted status codes, as inclusive ranges. */
  readonly status: readonly (readonly [number, number])[]
  readonly headers: ReadonlyMap<string, string>
  /** A text that the response's body must contain; null: any body. */
  readonly body: string | null
  /** A Unix socket to connect to in place of the URL's host; null: none. */
  readonly unix: string | null
}

/** Where a server listens. */
export type Endpoint = TcpAddress | { readonly kind: 'unix'; readonly path: string }

/** A port of a host. */
export interface TcpAddress {
  readonly kind: 'tcp'
  readonly host: string
  readonly port: number
}

/** A user to run as; `name` and `home` are null for a bare number without an entry in /etc/passwd. */
export interface Identity {
  readonly uid: number
  readonly gid: number
  readonly name: string | null
  readonly home: string | null
}
