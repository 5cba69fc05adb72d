import type { SignalName } from './signal.ts'

/** A checked file with every default filled in. Maps, not objects: any string can be a service's name. */
export interface Config {
  /** The project: `name`, or else the name of the file's folder. */
  readonly name: string
  /** By name, in the order of the file. */
  readonly services: ReadonlyMap<string, ServiceConfig>
  /** The budget of the whole shutdown, ms; null for none. */
  readonly shutdownTimeoutMs: number | null
}

/** One service, as declared. */
export interface ServiceConfig {
  readonly name: string
  readonly type: 'longrun' | 'oneshot'
  /** Words to execute, at least one; a `script` stands here as `/bin/sh -e -c TEXT`. */
  readonly argv: readonly string[]
  /** Oneshot: when this path exists there is nothing to run. */
  readonly creates: string | null
  readonly enabled: boolean
  /** What it waits for; edges to disabled services are already dropped. */
  readonly dependsOn: readonly Dependency[]
  /** How it tells that it is ready; null: ready once spawned. */
  readonly ready: Ready | null
  /** Spawned to ready, ms; null for no limit. */
  readonly startTimeoutMs: number | null
  readonly restart: Restart
  readonly successExitCodes: readonly number[]
  readonly onFailure: 'shutdown' | 'ignore'
  readonly onSuccess: 'shutdown' | 'ignore'
  readonly stopSignal: SignalName
  readonly stopGracePeriodMs: number
  readonly killMode: 'process' | 'group'
  /** What the file sets, `env_file` included; it goes over the container's environment. */
  readonly environment: ReadonlyMap<string, string>
  readonly clearEnv: boolean
  readonly workingDir: string | null
  /** Whom it runs as; null: as the supervisor itself. */
  readonly user: Identity | null
  /** Supplementary group ids beside the user's own. */
  readonly groupAdd: readonly number[]
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

/** An edge of the graph: what must hold of `service` before the dependent starts. */
export interface Dependency {
  readonly service: string
  readonly condition: Condition
  /** False: a failed, stopped or missing dependency does not hold the dependent back. */
  readonly required: boolean
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
  /** A run that was ready for as long as this is restarted at once, and the count begins anew; ms. */
  readonly resetAfterMs: number
}

/** How a service tells that it is ready. */
export type Ready =
  | { readonly kind: 'notify-systemd' }
  | { readonly kind: 'notify-fd'; readonly fd: number | 'auto' }
  | { readonly kind: 'log'; readonly pattern: RegExp }
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
