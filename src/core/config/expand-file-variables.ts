import { onOneLine, quote } from '../text/quote.ts'
import { fileValueOf } from './file-value.ts'
import type { ServiceConfig } from './model.ts'
import { isSecretName } from './secret.ts'
import { report, type At, type Located } from './shape/shape.ts'
import type { FileVariables } from './vocabulary/file-variables.ts'
import type { World } from './world.ts'

/** What a service declares of its environment. */
interface FileVariablesRequest {
  readonly which: Located<FileVariables>
  /** What the file sets. */
  readonly declared: ReadonlyMap<string, string>
  readonly clearEnv: boolean
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
 * @param listed Names that the file lists under `secrets`.
 */
export function createFileExpansion(world: World, listed: ReadonlySet<string>): FileExpansion {
  const files = new Map<string, ReturnType<World['readText']>>()
  const names = new Set<string>()
  const expansion: Expansion = {
    listed,
    warned: new Set(),
    read: (path) => {
      const file = files.get(path) ?? world.readText(path)
      files.set(path, file)
      return file
    },
  }
  const expand: FileExpansion['expand'] = ({ which, declared, clearEnv }) => {
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
      const value = path === '' ? undefined : valueOf({ ...variable, path, isSet }, expansion)
      if (value !== undefined) {
        environment.set(name, value)
        names.add(name)
      } else if (path === '' && !isSet && fallback !== null) fallbackFiles.set(name, world.besideFile(fallback))
    }
    return { environment, fallbackFiles }
  }
  return { expand, names }
}

interface Expansion {
  readonly listed: ReadonlySet<string>
  readonly read: World['readText']
  /** Names of which a warning was given. */
  readonly warned: Set<string>
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
}

function valueOf(variable: FileVariable, expansion: Expansion): string | undefined {
  const { name, path, isSet, why: reason } = variable
  const source = quote(name + SUFFIX)
  if (isSet) return tell(variable, expansion, `both ${quote(name)} and ${source} are set; unset one of them`)
  const file = fileValueOf(name, expansion.read(path))
  if (file.kind === 'value') return file.value
  const way = reason === 'listed' ? '' : `, or list the variables that are meant, without ${quote(name)}`
  const message = `cannot read ${quote(path)} for ${quote(name)}: ${file.why}; correct ${source}${way}`
  return tell(variable, expansion, message)
}

/** What was only found may have nothing to do with it: a warning, once for all services. */
function tell({ name, at, why }: FileVariable, { warned }: Expansion, message: string): undefined {
  if (why !== 'found') return report(at, 'bad-file-variable', message)
  if (warned.has(name)) return undefined
  warned.add(name)
  const { problems, path, tree } = at
  problems.push({
    code: 'bad-file-variable',
    severity: 'warning',
    place: tree.place,
    path,
    message: onOneLine(message),
  })
  return undefined
}
