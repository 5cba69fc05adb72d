import type { CommandStart, Condition, Config, Dependency, ServiceConfig } from '../config/model.ts'

/** The name under which the foreground command stands among the services; no declared service can have it. */
export const COMMAND = '(command)'

/**
 * The set with the container's command in it: it starts when all services are ready or completed, or have failed where
 * that is to be ignored, unless the file has it wait for less; its end shuts everything down, and its status is the
 * container's.
 */
export function withCommand(config: Config, argv: readonly string[]): Config {
  const services = [...config.services.values()].filter((service) => service.enabled)
  const command: ServiceConfig = {
    ...PLAIN,
    argv,
    dependsOn: services.map((service) => edgeTo(service, config.command)),
  }
  return { ...config, services: new Map([...config.services, [COMMAND, command]]) }
}

/** What every such command has in common: nothing is asked of it, and its end is everybody's. */
const PLAIN: Omit<ServiceConfig, 'argv' | 'dependsOn'> = {
  name: COMMAND,
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
    preventExitCodes: [],
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
  logs: 'inherit',
  description: 'the command that the container was started with',
  labels: new Map(),
}

/** Also where there is nothing to wait for: the command is told to stop before all others. */
function edgeTo(service: ServiceConfig, start: CommandStart): Dependency {
  return { service: service.name, condition: conditionOn(service, start), required: false, whenLost: 'ignore' }
}

function conditionOn({ type, schedule }: ServiceConfig, { waitFor }: CommandStart): Condition {
  // What has its own time is in order while that has not come: the command does not wait for three in the morning.
  if (waitFor === 'nothing' || schedule !== null) return 'none'
  if (waitFor === 'started') return 'service_started'
  return type === 'oneshot' ? 'service_completed_successfully' : 'service_ready'
}
