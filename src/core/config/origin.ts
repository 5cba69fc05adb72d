import type { Tree } from './tree.ts'
import { splitAssignment } from './vocabulary/environment.ts'

/** Where the variables of a service come from. */
export interface Sources {
  /** The container's. */
  readonly environment: ReadonlyMap<string, string>
  /** What the file sets. */
  readonly declared: ReadonlyMap<string, string>
  /** The mappings whose `environment` that is, the service's own first. */
  readonly trees: readonly Tree[]
}

/**
 * The variables of the container's environment that one of a service comes from: itself, when it is inherited, those that
 * were put into its value, or none.
 */
export type OriginOf = (name: string, sources: Sources) => readonly string[]

/** Looks at each mapping once. */
export function createOriginOf(): OriginOf {
  const known = new Map<Tree, Assignments>()
  const assignmentsOf = (tree: Tree): Assignments => {
    const found = known.get(tree) ?? readAssignments(tree)
    known.set(tree, found)
    return found
  }
  return (name, { environment, declared, trees }) => {
    const value = declared.get(name)
    if (value === undefined) return environment.has(name) ? [name] : []
    const tree = trees.find((candidate) => assignmentsOf(candidate).has(name))
    const assignment = tree && assignmentsOf(tree).get(name)
    if (assignment?.value === null) return [name]
    // Another value stands in an `env_file`, of which nobody knows more.
    return assignment?.value === value ? assignment.filledFrom : []
  }
}

type Assignments = ReadonlyMap<string, Assignment>

interface Assignment {
  /** Null passes the container's own through. */
  readonly value: string | null
  readonly filledFrom: readonly string[]
}

function readAssignments(tree: Tree): Assignments {
  const environment = tree.kind === 'mapping' ? tree.entries.find(({ key }) => key === 'environment')?.value : undefined
  switch (environment?.kind) {
    case 'mapping':
      return new Map(environment.entries.flatMap(({ key, value }) => readEntry(key, value)))
    case 'list':
      return new Map(environment.items.flatMap((item) => readItem(item)))
    case 'scalar':
    case undefined:
      return new Map()
  }
}

type Named = readonly [name: string, Assignment]

function readEntry(name: string, tree: Tree): readonly Named[] {
  if (tree.kind !== 'scalar') return []
  return [[name, { value: tree.value === null ? null : tree.text, filledFrom: tree.filledFrom ?? [] }]]
}

function readItem(item: Tree): readonly Named[] {
  if (item.kind !== 'scalar') return []
  const [name, value] = splitAssignment(item.text)
  return [[name, { value, filledFrom: item.filledFrom ?? [] }]]
}
