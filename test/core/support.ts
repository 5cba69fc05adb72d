import { DEFAULT_LOG_SETTINGS } from '../../src/core/log/settings.ts'
import type { Said } from '../../src/core/service/exit.ts'
import type { Config, Dependency, Ready, Restart, ServiceConfig } from '../../src/core/config/model.ts'

/** A service as the file's defaults make it, with some keys set. */
export function serviceConfig(keys: Partial<ServiceConfig> = {}): ServiceConfig {
  const type = keys.type ?? 'longrun'
  return {
    name: 'web',
    type,
    argv: ['serve'],
    creates: null,
    enabled: true,
    dependsOn: [],
    ready: null,
    startTimeoutMs: type === 'longrun' ? 60_000 : null,
    restart: restart({ policy: type === 'longrun' ? 'always' : 'no' }),
    successExitCodes: [0],
    onFailure: 'shutdown',
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
    ...keys,
  }
}

/** A restart map as the file's defaults make it, with some keys set. */
export function restart(keys: Partial<Restart> = {}): Restart {
  return {
    policy: 'always',
    delayMs: 100,
    maxDelayMs: 30_000,
    factor: 2,
    jitter: 0.1,
    maxAttempts: 0,
    windowMs: 60_000,
    preventExitCodes: [],
    resetAfterMs: 10_000,
    ...keys,
  }
}

/** A file with some services. */
export function config(...services: readonly ServiceConfig[]): Config {
  return {
    name: 'shop',
    services: new Map(services.map((service) => [service.name, service])),
    shutdownTimeoutMs: null,
    whenKilled: 'kill',
    logs: DEFAULT_LOG_SETTINGS,
    controlAllow: { users: new Map(), groups: new Map() },
    command: { waitFor: 'ready', timeoutMs: null },
    signals: new Map(),
    secretNames: new Set(),
    secrets: new Set(),
    absences: new Map(),
    droppedEdges: [],
  }
}

/** An edge with the condition that a list in `depends_on` gives to a longrun. */
export function needs(service: string, keys: Partial<Dependency> = {}): Dependency {
  return { service, condition: 'service_ready', required: true, whenLost: 'ignore', ...keys }
}

/** An edge with the condition that a list in `depends_on` gives to a oneshot. */
export function needsDone(service: string, keys: Partial<Dependency> = {}): Dependency {
  return { service, condition: 'service_completed_successfully', required: true, whenLost: 'ignore', ...keys }
}

/** What a service has told of itself that does not speak. */
export const NOTHING_SAID: Said = { statusText: null, errno: null }

/** Readiness that is told from outside, and not at once. */
export const TOLD: Ready = { kind: 'notify-systemd' }
