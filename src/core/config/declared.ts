import type { Instance } from './model.ts'
import type { Tree } from './tree.ts'

/** The names under `services`, of services that could not be read too. */
export interface Declared {
  readonly names: ReadonlySet<string>
  /** Which instance a service is, by its name. */
  readonly instances: ReadonlyMap<string, Instance>
  /** The names of all instances, by the name of the service in the file. */
  readonly groups: ReadonlyMap<string, readonly string[]>
}

/** What a file declares, with its scaled services written out. */
export function declaredIn(tree: Tree): Declared {
  const file = tree.kind === 'mapping' ? tree.entries : []
  const services = file.find((entry) => entry.key === 'services')?.value
  const entries = services?.kind === 'mapping' ? services.entries : []
  const instances = new Map<string, Instance>()
  const groups = new Map<string, string[]>()
  for (const { key, instance } of entries) {
    if (instance === undefined) continue
    instances.set(key, instance)
    const group = groups.get(instance.service)
    if (group === undefined) groups.set(instance.service, [key])
    else group.push(key)
  }
  return { names: new Set(entries.map((entry) => entry.key)), instances, groups }
}
