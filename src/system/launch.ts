import type { Fallbacks } from '../core/config/file-value.ts'
import type { Identity, ServiceConfig } from '../core/config/model.ts'
import type { SpawnRequest } from '../core/machine.ts'
import { enterCgroup } from './cgroup-entry.ts'
import { confine } from './confinement.ts'
import { Refusal } from './refusal.ts'
import { composeMark, RUN_VARIABLE } from './run-members.ts'

/** What is handed to the kernel to run a command as a service would. */
export interface Launch {
  readonly words: readonly string[]
  /** Whether a tool is executed first, which then executes the command. */
  readonly isWrapped: boolean
  readonly environment: Readonly<Record<string, string>>
}

/** Reads the files of last resort anew: what has run before may have written them. */
export type FallbacksOf = (service: ServiceConfig) => Fallbacks

/** Whose command it is, or that of a probe or a hook in its place, and what the command gets. */
export interface LaunchRequest {
  readonly service: ServiceConfig
  readonly runId: string
  /** The environment that the container was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Variables that go over everything else. */
  readonly extra: Readonly<Record<string, string>>
  /** The folder of the cgroup that it is to run in; null: ours. */
  readonly cgroup: string | null
  readonly stdio: SpawnRequest['stdio']
  readonly fallbacks: Fallbacks
}

/**
 * Puts together how a command is run.
 *
 * @throws {Refusal} When one of the steps to it cannot be done.
 */
export function planLaunch(request: LaunchRequest): Launch {
  const { refusal } = request.fallbacks
  if (refusal !== null) throw new Refusal(refusal)
  const environment = composeEnvironment(request)
  const { argv } = request.service
  const confined = [...confine(request.service), ...argv]
  const words = request.cgroup === null ? confined : enterCgroup(request.cgroup, confined, environment)
  return { words, isWrapped: words.length > argv.length, environment }
}

/** With what stands in every run's, over everything else. */
function composeEnvironment(request: LaunchRequest): Record<string, string> {
  const { runId, environment, extra } = request
  const mark = { [RUN_VARIABLE]: composeMark(environment[RUN_VARIABLE], runId) }
  return { ...serviceEnvironment(request), ...extra, ...mark }
}

/** The container's environment, the user's variables, what the file declares, and what is read now, in this order. */
export function serviceEnvironment({
  service,
  environment,
  stdio,
  fallbacks,
}: Pick<LaunchRequest, 'service' | 'environment' | 'stdio' | 'fallbacks'>): Record<string, string> {
  const composed = new Map<string, string>()
  if (!service.clearEnv) {
    for (const [name, value] of Object.entries(environment)) if (value !== undefined) composed.set(name, value)
    // A service that is not asked for it must not speak to the container's engine: that is for the one program for
    // which the container was started (podman-run(1), --sdnotify=container).
    if (stdio !== 'foreground') for (const name of ENGINES) composed.delete(name)
  }
  if (service.user !== null) setUser(composed, service.user)
  for (const [name, value] of service.environment) composed.set(name, value)
  for (const [name, value] of fallbacks.values) composed.set(name, value)
  return Object.fromEntries(composed)
}

/** What an engine tells PID 1 (sd_notify(3), sd_watchdog_enabled(3)). */
const ENGINES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']

/** HOME, USER and LOGNAME follow the user; of a bare number nothing is known, so nobody else's name may stay. */
function setUser(environment: Map<string, string>, { name, home }: Identity): void {
  environment.set('HOME', home ?? '/')
  for (const variable of ['USER', 'LOGNAME']) {
    if (name === null) environment.delete(variable)
    else environment.set(variable, name)
  }
}
