import type { Config, Dependency, ServiceConfig } from '../config/model.ts'

/** The name under which the foreground command stands among the services; no declared service can have it. */
export const COMMAND = '(command)'

/**
 * The set with the container's command in it: it starts when all services are ready or completed, or have failed where
 * that is to be ignored, but waits for no schedule; its end shuts everything down, and its status is the container's.
 */
export function withCommand(config: Config, argv: readonly string[]): Config {
  const services = [...config.services.values()].filter(({ enabled, schedule }) => enabled && schedule === null)
  return { ...config, services: new Map([...config.services, [COMMAND, commandConfig(argv, services.map(edgeTo))]]) }
}

function edgeTo({ name, type }: ServiceConfig): Dependency {
  const condition = type === 'oneshot' ? 'service_completed_successfully' : 'service_ready'
  return { service: name, condition, required: false, whenLost: 'ignore' }
}

function commandConfig(argv: readonly string[], dependsOn: readonly Dependency[]): ServiceConfig {
  return { ...PLAIN, name: COMMAND, argv, dependsOn }
}

/** Nobody asks whether it is ready or well, and nothing is done beside it: it is on its own. */
const PLAIN: Omit<ServiceConfig, 'name' | 'argv' | 'dependsOn'> = {
  type: 'oneshot',
  creates: null,
  enabled: true,
  ready: null,
  startTimeoutMs: null,
  restart: {
    policy: 'no',
    delayMs: 0,
    maxDelayMs: 0,
    factor: 1,
    jitter: 0,
    maxAttempts: 0,
    windowMs: 0,
    resetAfterMs: 0,
  },
  successExitCodes: [0],
  onFailure: 'shutdown',
  onSuccess: 'shutdown',
  stopSignal: 'SIGTERM',
  stopGracePeriodMs: 10_000,
  killMode: 'process',
  environment: new Map(),
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
  description: 'the command that the container was started with',
  labels: new Map(),
}
