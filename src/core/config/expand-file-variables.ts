import { quote } from '../text/quote.ts'
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

/** Variables whose value stands in a file, of one configuration. */
export interface FileExpansion {
  /** What the service declares, and the variables that are read from files; what is wrong with those is reported. */
  readonly expand: (request: FileVariablesRequest) => ReadonlyMap<string, string>
  /** The names that were set so far. */
  readonly names: ReadonlySet<string>
}

const SUFFIX = '_FILE'
/** The longest `NAME=value` that execve(2) takes, its NUL included (MAX_ARG_STRLEN). */
const MAX_LENGTH = 128 * 1024

/** `NAME_FILE=/run/secrets/name` also sets `NAME`; each file is read once, however many services name it. */
export function createFileExpansion(world: World): FileExpansion {
  const files = new Map<string, ReturnType<World['readText']>>()
  const names = new Set<string>()
  const read = (path: string): ReturnType<World['readText']> => {
    const file = files.get(path) ?? world.readText(path)
    files.set(path, file)
    return file
  }
  const expand: FileExpansion['expand'] = ({ which, declared, clearEnv }) => {
    const inherited = clearEnv ? new Map<string, string>() : world.environment
    // An empty one counts as not set, as in the entrypoints of Docker's own images.
    const get = (name: string): string => declared.get(name) ?? inherited.get(name) ?? ''
    const expanded = new Map(declared)
    for (const { value: name, at } of variablesOf(which, [...inherited.keys(), ...declared.keys()])) {
      checkName(name, get, at)
      const path = get(name + SUFFIX)
      const value =
        path === ''
          ? undefined
          : valueOf({ name, path, isSet: get(name) !== '', isListed: which.value !== 'all' }, read, at)
      if (value === undefined) continue
      expanded.set(name, value)
      names.add(name)
    }
    return expanded
  }
  return { expand, names }
}

function variablesOf({ value, at }: Located<FileVariables>, known: readonly string[]): readonly Located<string>[] {
  if (value !== 'all') return value
  const named = known.filter((name) => name.endsWith(SUFFIX) && name !== SUFFIX)
  return [...new Set(named)].map((name) => ({ value: name.slice(0, -SUFFIX.length), at }))
}

/** The list has the names that are set, not those of the files. */
function checkName(name: string, get: (name: string) => string, at: At): void {
  if (!name.endsWith(SUFFIX) || get(name + SUFFIX) !== '') return
  const short = name.slice(0, -SUFFIX.length)
  report(at, 'bad-value', `${quote(name)} names the file; list the variable that is set from it, ${quote(short)}`)
}

interface FileVariable {
  readonly name: string
  readonly path: string
  readonly isSet: boolean
  readonly isListed: boolean
}

type ReadText = World['readText']

function valueOf({ name, path, isSet, isListed }: FileVariable, read: ReadText, at: At): string | undefined {
  const source = quote(name + SUFFIX)
  if (isSet) return tell(at, `both ${quote(name)} and ${source} are set; unset one of them`)
  const file = read(path)
  const why = file.kind === 'text' ? refusalOf(file.text, name) : file.why
  if (file.kind === 'text' && why === null) return withoutLineEnd(file.text)
  const way = isListed ? '' : `, or list the variables that are meant, without ${quote(name)}`
  return tell(at, `cannot read ${quote(path)} for ${quote(name)}: ${why}; correct ${source}${way}`)
}

function refusalOf(text: string, name: string): string | null {
  if (text.includes('\0')) return 'it contains a NUL character, which no variable can hold'
  return name.length + text.length + 2 > MAX_LENGTH ? 'it is larger than the 128 KiB that a variable can hold' : null
}

/** What an editor or `echo` puts behind the last line. */
function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function tell(at: At, message: string): undefined {
  return report(at, 'bad-file-variable', message)
}
