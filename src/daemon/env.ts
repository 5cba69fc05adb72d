import { isSecretName } from '../core/config/secret.ts'
import type { ServiceConfig } from '../core/config/model.ts'
import type { JsonReply } from '../core/control/exchange.ts'
import type { EnvReply, ExecReply } from '../core/control/exec-reply.ts'
import { json, type Desk } from './desk.ts'

/** The environment that a service gets; `reveal`: with its secrets. */
export function env({ machine, redact, secretNames }: Desk, service: ServiceConfig, reveal: boolean): JsonReply {
  const { environment } = machine.surroundings(service)
  const names = Object.keys(environment).toSorted()
  const shown = names.map((name): readonly [string, string] => {
    const value = environment[name] ?? ''
    if (reveal || value === '') return [name, value]
    return [name, isHidden(environment, name, { service, secretNames }) ? '***' : redact(value)]
  })
  const hidden = shown.flatMap(([name, value]) => (value === environment[name] ? [] : [name]))
  const reply: EnvReply = { service: service.name, environment: Object.fromEntries(shown), hidden }
  return { ...json(reply), isRedacted: true }
}

interface Hidden extends Pick<Desk, 'secretNames'> {
  readonly service: ServiceConfig
}

/**
 * By its name a value is hidden whatever it is, also one so plain or short that it may stand in a message; and what was read
 * from a file beside (`expand_file_env`) is meant for nobody to see.
 */
function isHidden(
  environment: Readonly<Record<string, string>>,
  name: string,
  { service: { fallbackFiles }, secretNames }: Hidden,
): boolean {
  return isSecretName(name, secretNames) || environment[`${name}_FILE`] !== undefined || fallbackFiles.has(name)
}

/** All that it takes to become a command that runs as a service does. */
export function exec({ machine }: Desk, service: ServiceConfig): JsonReply {
  const { environment, workingDir, uid, gid, groups, softFileLimit } = machine.surroundings(service)
  const reply: ExecReply = {
    service: service.name,
    environment,
    working_dir: workingDir,
    user: { uid, name: service.user?.name ?? null, gid, groups },
    umask: service.umask,
    nice: service.nice,
    oom_score_adj: service.oomScoreAdj,
    file_limit: softFileLimit,
    ulimits: Object.fromEntries(service.ulimits),
    cap_add: service.capAdd,
    cap_drop: service.capDrop,
    no_new_privileges: service.noNewPrivileges,
  }
  return { ...json(reply), isRedacted: true }
}
