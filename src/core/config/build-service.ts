import { quote } from '../text/quote.ts'
import { buildReadiness } from './build-readiness.ts'
import { checkDeadKeys } from './check-dead-keys.ts'
import type { FileExpansion } from './expand-file-variables.ts'
import { INSTANCE_VARIABLE } from './interpolate.ts'
import type { EnvironmentSource, MergeEnvironment } from './merge-environment.ts'
import type { Dependency, Identity, Instance, ServiceConfig } from './model.ts'
import { checkConfinement, confinementOf } from './resolve-confinement.ts'
import { resolveLogs } from './resolve-logs.ts'
import { resolveGroups, resolveUser } from './resolve-user.ts'
import type { Section } from './shape/object.ts'
import { report } from './shape/shape.ts'
import type { LogsDocument } from './vocabulary/logs.ts'
import { canComeToAnEnd, canSucceedForGood } from './vocabulary/restart.ts'
import type { ServiceDocument } from './vocabulary/service.ts'
import type { World } from './world.ts'

/** What a service needs from around it. */
export interface Surroundings {
  readonly name: string
  readonly instance: Instance | null
  readonly isEnabled: boolean
  readonly dependsOn: readonly Dependency[]
  /** The variables of every service. */
  readonly shared: EnvironmentSource
  /** What becomes of the output of every service. */
  readonly logs: Section<LogsDocument>
  readonly merge: MergeEnvironment
  readonly files: FileExpansion
  readonly world: World
}

/** The service with every default; problems with it are reported. A disabled one asks nothing of the machine. */
export function buildService(section: Section<ServiceDocument>, around: Surroundings): ServiceConfig {
  const { values } = section
  checkRestart(values)
  checkDeadKeys(section)
  return {
    name: around.name,
    instance: around.instance,
    type: values.type,
    argv: values.command ?? values.script ?? [],
    creates: values.creates ?? null,
    enabled: around.isEnabled,
    profiles: values.profiles,
    dependsOn: around.dependsOn,
    ...buildReadiness(section),
    watchdogMs: values.watchdog ?? null,
    restart: { ...values.restart.value, policy: policyOf(values) },
    successExitCodes: values.success_exit_codes,
    onFailure: values.on_failure?.value ?? defaultOnFailure(values, around.world),
    onSuccess: values.on_success.value,
    stopSignal: values.stop_signal,
    stopGracePeriodMs: values.stop_grace_period,
    killMode: values.kill_mode,
    postStart: values.post_start,
    preStop: values.pre_stop,
    stopCommand: values.stop_command ?? null,
    reloadSignal: values.reload_signal,
    schedule: values.schedule?.value ?? null,
    clearEnv: values.clear_env,
    workingDir: values.working_dir ?? null,
    description: values.description ?? null,
    ...confinementOf(values),
    logs: logsOf(values, around),
    labels: new Map([...(values.labels ?? [])].map(([label, value]) => [label, value ?? ''])),
    ...(around.isEnabled ? askWorld(section, around) : UNASKED),
  }
}

function logsOf({ logs }: ServiceDocument, around: Surroundings): ServiceConfig['logs'] {
  if (logs?.value === 'inherit') return 'inherit'
  return resolveLogs(around.logs, logs?.value ?? null, around)
}

function policyOf(values: ServiceDocument): ServiceConfig['restart']['policy'] {
  return values.restart.value.policy ?? (values.type === 'oneshot' ? 'no' : 'always')
}

/** A job that failed once has its next time before it. */
function defaultOnFailure({ schedule }: ServiceDocument, { mode }: World): ServiceConfig['onFailure'] {
  return mode === 'init' && schedule === undefined ? 'shutdown' : 'ignore'
}

function checkRestart(values: ServiceDocument): void {
  const policy = policyOf(values)
  if (values.schedule !== undefined && values.on_success.value === 'shutdown') {
    const message = 'it never ends for good with a "schedule"; leave out one of them'
    report(values.on_success.at, 'conflicting-keys', message)
  }
  if (policy === 'no' || policy === 'on-failure') return
  if (values.type === 'longrun' && values.on_failure?.value === 'shutdown' && !canComeToAnEnd(values.restart.value)) {
    const message = `it never fails for good with restart "${policy}"; add "restart: no" or "restart: {max_attempts: 5}"`
    report(values.on_failure.at, 'conflicting-keys', message)
  }
  if (canSucceedForGood(values.restart.value, values.success_exit_codes)) return
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
  readonly fallbackFiles: ReadonlyMap<string, string>
  readonly user: Identity | null
  readonly groupAdd: readonly number[]
}

const UNASKED: Answers = { environment: new Map(), fallbackFiles: new Map(), user: null, groupAdd: [] }

function askWorld({ values, at }: Section<ServiceDocument>, around: Surroundings): Answers {
  const { shared, merge, files, world } = around
  checkSchedule(values.schedule, world)
  checkConfinement(values, world)
  const { expand_file_env: which, clear_env: clearEnv } = values
  const { environment, fallbackFiles } = files.expand({
    which,
    clearEnv,
    declared: merge([shared, values], at),
    tree: at.tree,
  })
  return {
    environment: environmentOf(environment, around.instance),
    fallbackFiles,
    user: values.user === undefined ? null : resolveUser(values.user, world),
    groupAdd: resolveGroups(values.group_add, world),
  }
}

function checkSchedule(schedule: ServiceDocument['schedule'], world: World): void {
  const why = schedule === undefined ? null : world.scheduleRefusal(schedule.value)
  if (schedule === undefined || why === null) return
  const { value, at } = schedule
  const what = value.kind === 'cron' ? value.expression : 'every'
  report(at, 'bad-value', `cannot schedule ${quote(what)}: ${why}`)
}

function environmentOf(set: ReadonlyMap<string, string>, instance: Instance | null): ReadonlyMap<string, string> {
  return instance === null ? set : new Map([...set, [INSTANCE_VARIABLE, String(instance.number)]])
}
