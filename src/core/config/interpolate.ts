import { onOneLine } from '../text/quote.ts'
import { MAX_PROBLEMS, type Problem, type ProblemCode } from './problem.ts'
import { parseTemplate, type Dialect, type Reference, type Template, type TemplateFault } from './template.ts'
import { isSecretName } from './secret.ts'
import { listedSecrets } from './secrets-in-text.ts'
import { keyInFile, type Entry, type Place, type Scalar, type Tree } from './tree.ts'

/** Characters that the variables of one file may become, at most; an environment may hold megabytes. */
const MAX_TEXT = 4 * 1024 * 1024

/** Variables that are remembered of one text, at most: nobody reads more. */
const MAX_NAMES = 10

/** The variable that holds the number of an instance, in its values and in its environment. */
export const INSTANCE_VARIABLE = 'PIDONE_INSTANCE'

/** Where the values of variables come from, such as a map. */
export type Variables = Pick<ReadonlyMap<string, string>, 'get'>

/**
 * Puts variables into the values of a file, by the grammar of Compose: `${NAME}`, `${NAME:-default}`, `$$`…
 *
 * Keys and extension fields (`x-…`) stay as they are; what an alias takes from an extension field is a value where it
 * is used. In the values of an instance of a scaled service PIDONE_INSTANCE is its number. In a `script` all else that
 * begins with a dollar sign belongs to the shell.
 *
 * @returns The tree, in which changed scalars are strings at the same place, and every problem.
 */
export function interpolate(tree: Tree, variables: Variables): { tree: Tree; problems: readonly Problem[] } {
  const { fill, problems } = createInterpolation(variables, 'value', listedSecrets(tree))
  return { tree: fill(tree), problems }
}

/** An interpolation of several trees, one after the other, whose bounds hold for all of them together. */
export interface Interpolation {
  readonly fill: (tree: Tree) => Tree
  /** Of all trees so far. */
  readonly problems: readonly Problem[]
}

/**
 * Begins an interpolation; `variables` is asked when a value is needed.
 *
 * @param listed Names that the file lists under `secrets`.
 */
export function createInterpolation(
  variables: Variables,
  dialect: Dialect = 'value',
  listed: ReadonlySet<string> = new Set(),
): Interpolation {
  const context: Context = { variables, dialect, listed, problems: [], told: { error: 0, warning: 0 }, left: MAX_TEXT }
  return {
    fill: (tree) => interpolateTree(context, tree, { level: 'file', path: '', instance: null }),
    problems: context.problems,
  }
}

interface Context {
  readonly variables: Variables
  /** Of all but scripts. */
  readonly dialect: Dialect
  readonly listed: ReadonlySet<string>
  readonly problems: Problem[]
  readonly told: Record<Problem['severity'], number>
  /** How many characters may still be written; below zero once that was told. */
  left: number
}

/** Where in the file a value stands, as far as its key has a meaning here. */
interface Where {
  readonly level: 'file' | 'services' | 'service' | 'hook' | 'value' | 'script'
  readonly path: string
  /** The number of the instance that it belongs to; null outside of scaled services. */
  readonly instance: string | null
}

function interpolateTree(context: Context, tree: Tree, where: Where): Tree {
  switch (tree.kind) {
    case 'scalar':
      return tree.text.includes('$') ? interpolateScalar(context, tree, where) : tree
    case 'list': {
      const { level } = where
      const items = tree.items.map((item, index) =>
        interpolateTree(context, item, {
          ...where,
          level: level === 'script' || level === 'hook' ? level : 'value',
          path: `${where.path}[${index}]`,
        }),
      )
      return { ...tree, items }
    }
    case 'mapping':
      return { ...tree, entries: tree.entries.map((entry) => interpolateEntry(context, entry, where)) }
  }
}

function interpolateEntry(context: Context, entry: Entry, where: Where): Entry {
  const level = levelBelow(where.level, entry.key)
  if (level === 'extension') return entry
  const key = keyInFile(entry)
  const path = where.path === '' ? key : `${where.path}.${key}`
  const instance = where.level === 'services' ? instanceOf(entry) : key === 'scale' ? null : where.instance
  return { ...entry, value: interpolateTree(context, entry.value, { level, path, instance }) }
}

/** With `scale: 0` the values are still read, and are those that the first instance would have. */
function instanceOf({ instance, value }: Entry): string | null {
  if (instance !== undefined) return String(instance.number)
  return value.kind === 'mapping' && value.entries.some(({ key }) => key === 'scale') ? '1' : null
}

/** Keys of a service in which a `script` may stand. */
const HOOKS: ReadonlySet<string> = new Set(['post_start', 'pre_stop', 'stop_command'])

function levelBelow(level: Where['level'], key: string): Where['level'] | 'extension' {
  switch (level) {
    case 'file':
      if (key.startsWith('x-')) return 'extension'
      return key === 'services' ? 'services' : 'value'
    case 'services':
      return 'service'
    case 'service':
      if (key.startsWith('x-')) return 'extension'
      if (HOOKS.has(key)) return 'hook'
      return key === 'script' ? 'script' : 'value'
    case 'hook':
      return key === 'script' ? 'script' : 'value'
    case 'value':
    case 'script':
      return level
  }
}

function interpolateScalar(context: Context, scalar: Scalar, where: Where): Scalar {
  if (context.left < 0) return scalar
  const dialect: Dialect = where.level === 'script' ? 'script' : context.dialect
  const { template, faults } = parseTemplate(scalar.text, dialect)
  const names = new Set<string>()
  const told = { context, scalar, where, dialect, names }
  const isSecret = faults.length > 0 && isSecretValue(context, scalar, where)
  for (const { message, discreet = message, ...fault } of faults) {
    tell(told, { ...fault, code: 'bad-interpolation', message: isSecret ? discreet : message })
  }
  const text = expand(told, template)
  if (context.left < 0) {
    const message = `too large with its variables filled in: at most ${MAX_TEXT} characters are read`
    tell(told, { code: 'yaml-too-large', offset: 0, length: scalar.text.length, message })
    return scalar
  }
  return text === scalar.text ? scalar : { ...scalar, value: text, text, filledFrom: [...names] }
}

/** The path of a file, which is no secret. */
const NAMED_FILE = /\.expand_file_env\.[^.]+$/

/** In a list the name stands in the value; else it is the last of the path. */
function isSecretValue({ listed }: Context, { text }: Scalar, { path }: Where): boolean {
  if (NAMED_FILE.test(path)) return false
  const assigned = /^([^=]*)=/.exec(text)?.[1] ?? ''
  return isSecretName(assigned, listed) || isSecretName(path.slice(path.lastIndexOf('.') + 1), listed)
}

interface Value {
  readonly context: Context
  readonly scalar: Scalar
  readonly where: Where
  readonly dialect: Dialect
  /** Variables of the environment that have made it what it is. */
  readonly names: Set<string>
}

function expand(value: Value, template: Template): string {
  return template.map((part) => (part.kind === 'text' ? part.text : resolve(value, part))).join('')
}

function resolve(value: Value, reference: Reference): string {
  const { name, operator, word } = reference
  const own = name === INSTANCE_VARIABLE ? value.where.instance : null
  const found = own ?? value.context.variables.get(name)
  const isUsable = found !== undefined && (found !== '' || operator?.startsWith(':') !== true)
  if (isUsable && own === null && value.names.size < MAX_NAMES) value.names.add(name)
  switch (operator) {
    case null:
      return isUsable ? spend(value, found) : unset(value, reference)
    case ':-':
    case '-':
      return isUsable ? spend(value, found) : expand(value, word)
    case ':+':
    case '+':
      return isUsable ? expand(value, word) : ''
    case ':?':
    case '?':
      return isUsable ? spend(value, found) : missing(value, reference, found)
  }
}

/** Counts what a variable adds; over the limit nothing is added any more. */
function spend(value: Value, text: string): string {
  value.context.left -= value.context.left < 0 ? 0 : text.length
  return value.context.left < 0 ? '' : text
}

function unset(value: Value, { offset, name }: Reference): string {
  const shell = value.dialect === 'script' ? `, or write "$${name}" to leave it to the shell` : ''
  const message = `the variable "${name}" is not set, so this is empty; give a default with "\${${name}:-default}"${shell}`
  tell(value, { code: 'unset-variable', offset, length: name.length + 3, message })
  return ''
}

function missing(value: Value, { offset, name, word }: Reference, found: string | undefined): string {
  const why = expand(value, word)
  const state = found === undefined ? 'not set' : 'empty'
  const message = `the variable "${name}" is ${state}${why === '' ? ', but needed here' : `: ${why}`}`
  tell(value, { code: 'missing-environment', offset, length: name.length + 2, message })
  return ''
}

function tell(
  { context, scalar, where: { path, instance } }: Value,
  fault: TemplateFault & { readonly code: ProblemCode },
): void {
  const { code, message } = fault
  // Every instance has the same variables, so what is wrong with them was told of the first.
  if (instance !== null && instance !== '1' && code !== 'yaml-too-large') return
  const severity = code === 'unset-variable' ? 'warning' : 'error'
  context.told[severity] += 1
  if (context.told[severity] > MAX_PROBLEMS) return
  context.problems.push({ code, severity, place: placeWithin(scalar, fault), path, message: onOneLine(message) })
}

/** The exact columns where the file's text and the value are the same but for quotes; else the whole scalar. */
function placeWithin({ place, text }: Scalar, { offset, length }: TemplateFault): Place {
  const quote = (place.length - text.length) / 2
  if (quote !== 0 && quote !== 1) return place
  return { ...place, column: place.column + quote + offset, length: Math.min(length, text.length - offset) }
}
