import { onOneLine, quote } from '../text/quote.ts'
import { createInterpolation, type Variables } from './interpolate.ts'
import type { Problem } from './problem.ts'
import type { Entry, Mapping, Tree } from './tree.ts'
import { SCALE } from './vocabulary/instances.ts'

/** Keys and values of all instances, at most; as many as one file may have. */
const MAX_NODES = 100_000

/**
 * Writes out each service with `scale: N`, of 1 or more, as `NAME-1` to `NAME-N`, in a tree that is not interpolated yet.
 *
 * The new entries say which `instance` they are, and share the values of the one that they stand for. A `scale` that is
 * no number of instances is left for the reader to tell.
 */
export function expandScale(tree: Tree, variables: Variables): { tree: Tree; problems: readonly Problem[] } {
  const services = tree.kind === 'mapping' ? tree.entries.find((entry) => entry.key === 'services')?.value : undefined
  if (tree.kind !== 'mapping' || services?.kind !== 'mapping') return { tree, problems: [] }
  const expansion: Expansion = {
    variables,
    declared: new Map(services.entries.map((entry) => [entry.key, entry])),
    problems: [],
    left: MAX_NODES,
  }
  const expanded: Mapping = { ...services, entries: services.entries.flatMap((entry) => instancesOf(entry, expansion)) }
  const entries = tree.entries.map((entry) => (entry.key === 'services' ? { ...entry, value: expanded } : entry))
  return { tree: { ...tree, entries }, problems: expansion.problems }
}

interface Expansion {
  readonly variables: Variables
  readonly declared: ReadonlyMap<string, Entry>
  readonly problems: Problem[]
  /** How many keys and values there may still be; below zero once that was told. */
  left: number
}

function instancesOf(entry: Entry, expansion: Expansion): readonly Entry[] {
  const written = entry.value.kind === 'mapping' ? entry.value.entries.find(({ key }) => key === 'scale') : undefined
  const count = written === undefined ? 0 : readScale(written, expansion.variables)
  if (written === undefined || count === 0 || expansion.left < 0) return [entry]
  expansion.left -= count * sizeOf(entry.value)
  if (expansion.left < 0) {
    const message = `too large with its instances written out: at most ${MAX_NODES} keys and values are read`
    tell(expansion, { code: 'yaml-too-large', entry: written, path: `services.${entry.key}.scale`, message })
    return [entry]
  }
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((number) => {
    const key = `${entry.key}-${number}`
    const other = expansion.declared.get(key)
    if (other === undefined) return [{ ...entry, key, instance: { service: entry.key, number } }]
    const message = `${quote(key)} is also what an instance of ${quote(entry.key)} is called; rename one of them`
    tell(expansion, { code: 'duplicate-key', entry: other, path: `services.${key}`, message })
    return []
  })
}

/** Its variables are filled in here already; what is wrong with it is told when the whole file is read. */
function readScale({ value, place }: Entry, variables: Variables): number {
  const tree = createInterpolation(variables).fill(value)
  return SCALE.read({ tree, path: '', name: place, problems: [] }) ?? 0
}

function sizeOf(tree: Tree): number {
  switch (tree.kind) {
    case 'scalar':
      return 1
    case 'list':
      return tree.items.reduce((sum, item) => sum + sizeOf(item), 1)
    case 'mapping':
      return tree.entries.reduce((sum, entry) => sum + 1 + sizeOf(entry.value), 1)
  }
}

function tell(
  { problems }: Expansion,
  { entry, message, ...problem }: Pick<Problem, 'code' | 'path' | 'message'> & { readonly entry: Entry },
): void {
  problems.push({ ...problem, severity: 'error', place: entry.place, message: onOneLine(message) })
}
