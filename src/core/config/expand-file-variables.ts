import { quote } from '../text/quote.ts'
import { fileValueOf } from './file-value.ts'
import type { ServiceConfig } from './model.ts'
import { createOriginOf, type OriginOf, type Sources } from './origin.ts'
import { isSecretName } from './secret.ts'
import { report, tell, type At, type Located } from './shape/shape.ts'
import type { Tree } from './tree.ts'
import type { FileVariables } from './vocabulary/file-variables.ts'
import type { World } from './world.ts'

/** What a service declares of its environment. */
interface FileVariablesRequest {
  readonly which: Located<FileVariables>
  /** What the file sets. */
  readonly declared: ReadonlyMap<string, string>
  readonly clearEnv: boolean
  /** The service as it stands in the file. */
  readonly tree: Tree
}

/** What a service sets by itself and from files; what is wrong with those is reported. */
type Expanded = Pick<ServiceConfig, 'environment' | 'fallbackFiles'>

/** Variables whose value stands in a file, of one configuration. */
export interface FileExpansion {
  readonly expand: (request: FileVariablesRequest) => Expanded
  /** The names that were set so far. */
  readonly names: ReadonlySet<string>
}

const SUFFIX = '_FILE'

/**
 * `NAME_FILE=/run/secrets/name` also sets `NAME`; each file is read once, however many services name it.
 *
 * @param file The whole file.
 * @param listed Names that it lists under `secrets`.
 */
export function createFileExpansion(world: World, file: Tree, listed: ReadonlySet<string>): FileExpansion {
  const files = new Map<string, ReturnType<World['readText']>>()
  const names = new Set<string>()
  const originOf = createOriginOf()
  const read: World['readText'] = (path) => {
    const found = files.get(path) ?? world.readText(path)
    files.set(path, found)
    return found
  }
  const expand: FileExpansion['expand'] = ({ which, declared, clearEnv, tree }) => {
    const inherited = clearEnv ? new Map<string, string>() : world.environment
    // An empty one counts as not set, as in the entrypoints of Docker's own images.
    const get = (name: string): string => declared.get(name) ?? inherited.get(name) ?? ''
    const environment = new Map(declared)
    const fallbackFiles = new Map<string, string>()
    for (const variable of variablesOf(which, { inherited, declared, listed })) {
      const { name, at, fallback } = variable
      checkName(name, get, at)
      const path = get(name + SUFFIX)
      const isSet = get(name) !== ''
      const sources = { environment: world.environment, declared, trees: [tree, file] }
      const value = path === '' ? undefined : valueOf({ ...variable, path, isSet, sources }, { read, originOf })
      if (value !== undefined) {
        environment.set(name, value)
        names.add(name)
      } else if (path === '' && !isSet && fallback !== null) fallbackFiles.set(name, world.besideFile(fallback))
    }
    return { environment, fallbackFiles }
  }
  return { expand, names }
}

/** A variable to set from its file. */
interface Wanted {
  readonly name: string
  readonly at: At
  readonly fallback: string | null
  /** Listed: by its name. Meant: it can hardly be there for another purpose. */
  readonly why: 'listed' | 'meant' | 'found'
}

interface Known {
  readonly inherited: ReadonlyMap<string, string>
  readonly declared: ReadonlyMap<string, string>
  readonly listed: ReadonlySet<string>
}

/** Many a container has an `SSL_CERT_FILE`, which is a certificate's, and not a variable's. */
function variablesOf({ value, at }: Located<FileVariables>, known: Known): readonly Wanted[] {
  if (value !== 'all')
    return value.map(({ name, fallback }) => ({ name: name.value, at: name.at, fallback, why: 'listed' }))
  const { inherited, declared, listed } = known
  const named = new Set([...inherited.keys(), ...declared.keys()])
  return [...named].flatMap((file) => {
    if (!file.endsWith(SUFFIX) || file === SUFFIX) return []
    const name = file.slice(0, -SUFFIX.length)
    return [{ name, at, fallback: null, why: declared.has(file) || isSecretName(name, listed) ? 'meant' : 'found' }]
  })
}

/** The list has the names that are set, not those of the files. */
function checkName(name: string, get: (name: string) => string, at: At): void {
  if (!name.endsWith(SUFFIX) || get(name + SUFFIX) !== '') return
  const short = name.slice(0, -SUFFIX.length)
  report(at, 'bad-value', `${quote(name)} names the file; list the variable that is set from it, ${quote(short)}`)
}

interface FileVariable extends Wanted {
  readonly path: string
  readonly isSet: boolean
  readonly sources: Sources
}

interface Expansion {
  readonly read: World['readText']
  readonly originOf: OriginOf
}

function valueOf(variable: FileVariable, { read, originOf }: Expansion): string | undefined {
  const { name, path, isSet, why, sources } = variable
  const given = (variableName: string): Given => givenAs(variableName, sources, originOf)
  if (isSet) {
    const own = given(name)
    const source = given(name + SUFFIX)
    const message = `both ${quote(own.name)} and ${quote(source.name)} are set; unset one of them`
    return complain(variable, message, [...own.variables, ...source.variables])
  }
  const file = fileValueOf(name, read(path))
  if (file.kind === 'value') return file.value
  const source = given(name + SUFFIX)
  const way = why === 'listed' ? '' : `, or list the variables that are meant, without ${quote(name)}`
  const message = `cannot read ${quote(path)}: ${file.why}; correct ${quote(source.name)}${way}`
  return complain(variable, message, source.variables)
}

interface Given {
  /** What whoever starts the container knows it as. */
  readonly name: string
  readonly variables: readonly string[]
}

/** A service may have it by another name: `PGPASSWORD: ${DB_PASSWORD}`. */
function givenAs(name: string, sources: Sources, originOf: OriginOf): Given {
  const variables = originOf(name, sources)
  const [only = name] = variables
  const isRenamed = variables.length === 1 && sources.environment.get(only) === sources.declared.get(name)
  return { name: isRenamed ? only : name, variables }
}

/** What was only found may have nothing to do with it. */
function complain({ at, why }: FileVariable, message: string, variables: readonly string[]): undefined {
  const severity = why === 'found' ? 'warning' : 'error'
  return tell(at, { code: 'bad-file-variable', severity, message, place: at.tree.place, variables })
}
