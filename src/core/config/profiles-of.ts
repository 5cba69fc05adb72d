import { interpolate, type Variables } from './interpolate.ts'
import type { Entry, Tree } from './tree.ts'

/**
 * The profiles of services that are named, so that who asks for a service by its name need not choose them.
 *
 * A service without a profile that could be read has none: what is wrong there is told when the file is checked.
 *
 * @param tree A file with its variables; services are not written out by their `scale` yet.
 * @param names As they were given: globs choose nothing, `web-2` is an instance of `web`.
 */
export function profilesOf(tree: Tree, names: readonly string[], variables: Variables): ReadonlySet<string> {
  const services = valueOf(interpolate(tree, variables).tree, 'services')
  const named = entriesOf(services).filter((service) => names.some((name) => isMeant(service, name)))
  const profiles = named.map(({ value }) => valueOf(value, 'profiles'))
  const items = profiles.flatMap((list) => (list?.kind === 'list' ? list.items : []))
  return new Set(items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : [])))
}

function isMeant({ key, value }: Entry, name: string): boolean {
  if (name === key) return true
  const isInstance = name.startsWith(`${key}-`) && /^[1-9]\d*$/u.test(name.slice(key.length + 1))
  return isInstance && valueOf(value, 'scale') !== undefined
}

function valueOf(tree: Tree | undefined, key: string): Tree | undefined {
  return entriesOf(tree).find((entry) => entry.key === key)?.value
}

function entriesOf(tree: Tree | undefined): readonly Entry[] {
  return tree?.kind === 'mapping' ? tree.entries : []
}
