import { quote } from '../text/quote.ts'
import { checkProfiles, findAbsences, type Documents } from './absence.ts'
import { buildService } from './build-service.ts'
import { checkLogs } from './check-logs.ts'
import { checkSharedVariables } from './check-own-variables.ts'
import { checkPorts } from './check-ports.ts'
import { checkShortSecrets } from './check-short-secrets.ts'
import { declaredIn } from './declared.ts'
import { createFileExpansion, type FileExpansion } from './expand-file-variables.ts'
import { createMerge } from './merge-environment.ts'
import type { Config, ServiceConfig } from './model.ts'
import { mostTelling, withoutRepeats, type Problem } from './problem.ts'
import { resolveControlAllow } from './resolve-control-allow.ts'
import { resolveDependencies } from './resolve-dependencies.ts'
import { resolveLogs } from './resolve-logs.ts'
import { resolveSignals } from './resolve-signals.ts'
import { secretValues } from './secret.ts'
import type { Section } from './shape/object.ts'
import { report, type Located } from './shape/shape.ts'
import type { Tree } from './tree.ts'
import { FILE, type FileDocument } from './vocabulary/file.ts'
import type { World } from './world.ts'

/** A file that was read: `config` is null exactly when one of the problems is an error. */
export interface ConfigReading {
  readonly config: Config | null
  /** In the order of the file; at most a thousand. */
  readonly problems: readonly Problem[]
  /** Values that must not be told, not even in the problems: as far as they can be known of a file that is wrong. */
  readonly secrets: ReadonlySet<string>
}

/**
 * Checks a file, already interpolated, and fills in every default.
 *
 * @param world What has to be known of the machine; it is asked for users, groups and files that the file names.
 */
export function readConfig(tree: Tree, world: World): ConfigReading {
  const problems: Problem[] = []
  const section = FILE.read({ tree, path: '', name: tree.place, problems })
  const config = section === undefined ? null : buildConfig(section, tree, world)
  const failed = problems.some((problem) => problem.severity === 'error')
  const secrets = config?.secrets ?? secretValues([world.environment], new Set())
  return { config: failed ? null : config, problems: mostTelling(withoutRepeats(problems.toSorted(byPlace))), secrets }
}

function buildConfig(section: Section<FileDocument>, tree: Tree, world: World): Config {
  const { values: file, at } = section
  const documents: Documents = file.services ?? new Map()
  const declared = declaredIn(tree)
  const absences = findAbsences(documents, world.profiles)
  checkProfiles(documents, world.profiles, at)
  checkSharedVariables(section)
  const { edges, dropped } = resolveDependencies({ documents, declared, absences })
  const listed = new Set(file.secrets)
  const merge = createMerge(world, listed)
  // A file that cannot be read is told of once, not for each service.
  const shared = { env_file: [], environment: merge([file], at) }
  const files = createFileExpansion(world, tree, listed)
  checkPorts({ documents, declared, absences })
  const services = new Map<string, ServiceConfig>()
  for (const [name, document] of documents) {
    const instance = declared.instances.get(name) ?? null
    const isEnabled = !absences.has(name)
    const dependsOn = edges.get(name) ?? []
    const around = { name, instance, isEnabled, dependsOn, shared, logs: file.logs, merge, files, world }
    services.set(name, buildService(document, around))
  }
  checkRequired(file, { shared: shared.environment, files, world })
  const logs = resolveLogs(file.logs, null, { world })
  const environments = [shared.environment, ...environmentsOf(file, services, world)]
  checkShortSecrets(environments, listed, at)
  checkLogs({ top: file.logs, documents, config: { logs, services } })
  return {
    name: file.name ?? world.projectName,
    services,
    shutdownTimeoutMs: file.shutdown?.values.timeout ?? null,
    logs,
    whenKilled: file.shutdown?.values.when_killed ?? 'kill',
    command: file.command,
    controlAllow: resolveControlAllow(file.control?.values.allow ?? [], world),
    signals: resolveSignals(file.signals, { documents, declared, absences }),
    secrets: secretValues(environments, listed, documents),
    secretNames: listed,
    absences,
    droppedEdges: dropped,
  }
}

/** All that variables are set in. Of disabled services only what stands in the file itself is known. */
function environmentsOf(
  { services: documents }: FileDocument,
  services: Config['services'],
  world: World,
): readonly ReadonlyMap<string, string | null>[] {
  const written = documents === undefined ? [] : [...documents.values()].map(({ values }) => values.environment)
  return [
    world.environment,
    ...written.filter((variables) => variables !== undefined),
    ...[...services.values()].map(({ environment }) => environment),
  ]
}

interface Given {
  readonly shared: ReadonlyMap<string, string>
  readonly files: FileExpansion
  readonly world: World
}

/** What the file itself gives to every service counts, and a file that is named for it, whoever is to read that. */
function checkRequired(file: FileDocument, { shared, files, world }: Given): void {
  const isGiven = (name: string): boolean => (shared.get(name) ?? world.environment.get(name) ?? '') !== ''
  for (const name of file.required_env) {
    const { value } = name
    if (!isGiven(value) && !isGiven(`${value}_FILE`) && !files.names.has(value)) reportMissing(name, world)
  }
}

function reportMissing({ value, at }: Located<string>, { environment, mode }: World): void {
  const state = environment.has(value) ? 'empty' : 'not set'
  const way = mode === 'init' ? `docker run -e ${value}=VALUE` : `${value}=VALUE supervisor up`
  const orFile = value.endsWith('_FILE') ? '' : `, or name a file that holds it in "${value}_FILE"`
  report(at, 'missing-environment', `the variable ${quote(value)} is ${state}; give it, as in "${way}"${orFile}`)
}

function byPlace({ place: a }: Problem, { place: b }: Problem): number {
  return a.line - b.line || a.column - b.column
}
