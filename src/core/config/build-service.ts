import type { FileExpansion } from './expand-file-variables.ts'
import type { EnvironmentSource, MergeEnvironment } from './merge-environment.ts'
import type { Dependency, Identity, ServiceConfig } from './model.ts'
import { checkConfinement, confinementOf } from './resolve-confinement.ts'
import { resolveGroups, resolveUser } from './resolve-user.ts'
import type { Section } from './shape/object.ts'
import { report } from './shape/shape.ts'
import type { ServiceDocument } from './vocabulary/service.ts'
import type { World } from './world.ts'

/** What a service needs from around it. */
export interface Surroundings {
  readonly name: string
  readonly dependsOn: readonly Dependency[]
  /** The variables of every service. */
  readonly shared: EnvironmentSource
  readonly merge: MergeEnvironment
  readonly files: FileExpansion
  readonly world: World
}

/** The service with every default; problems with it are reported. A disabled one asks nothing of the machine. */
export function buildService(section: Section<ServiceDocument>, around: Surroundings): ServiceConfig {
  const { values } = section
  checkRestart(values)
  return {
    name: around.name,
    type: values.type,
    argv: values.command ?? values.script ?? [],
    creates: values.creates ?? null,
    enabled: values.enabled,
    dependsOn: around.dependsOn,
    ready: values.ready?.value ?? null,
    startTimeoutMs: values.type === 'oneshot' ? null : values.start_timeout,
    restart: { ...values.restart.value, policy: policyOf(values) },
    successExitCodes: values.success_exit_codes,
    onFailure: values.on_failure ?? (around.world.mode === 'init' ? 'shutdown' : 'ignore'),
    onSuccess: values.on_success.value,
    stopSignal: values.stop_signal,
    stopGracePeriodMs: values.stop_grace_period,
    killMode: values.kill_mode,
    clearEnv: values.clear_env,
    workingDir: values.working_dir ?? null,
    description: values.description ?? null,
    instance: null,
    profiles: [],
    healthcheck: null,
    watchdogMs: null,
    postStart: [],
    preStop: [],
    stopCommand: null,
    reloadSignal: 'SIGHUP',
    schedule: null,
    ...confinementOf(values),
    labels: new Map([...(values.labels ?? [])].map(([label, value]) => [label, value ?? ''])),
    ...(values.enabled ? askWorld(section, around) : UNASKED),
  }
}

function policyOf(values: ServiceDocument): ServiceConfig['restart']['policy'] {
  return values.restart.value.policy ?? (values.type === 'oneshot' ? 'no' : 'always')
}

function checkRestart(values: ServiceDocument): void {
  const policy = policyOf(values)
  if (policy === 'no' || policy === 'on-failure') return
  if (values.type === 'oneshot') {
    const message = `a oneshot with restart "${policy}" would run for ever; use "no" or "on-failure"`
    report(values.restart.at, 'conflicting-keys', message)
  } else if (values.on_success.value === 'shutdown') {
    const message = `it never ends for good with restart "${policy}"; add "restart: on-failure" or "restart: no"`
    report(values.on_success.at, 'conflicting-keys', message)
  }
}

interface Answers {
  readonly environment: ReadonlyMap<string, string>
  readonly user: Identity | null
  readonly groupAdd: readonly number[]
}

const UNASKED: Answers = { environment: new Map(), user: null, groupAdd: [] }

function askWorld({ values, at }: Section<ServiceDocument>, { shared, merge, files, world }: Surroundings): Answers {
  checkConfinement(values, world)
  const { expand_file_env: which, clear_env: clearEnv } = values
  return {
    environment: files.expand({ which, clearEnv, declared: merge([shared, values], at) }),
    user: values.user === undefined ? null : resolveUser(values.user, world),
    groupAdd: resolveGroups(values.group_add, world),
  }
}
