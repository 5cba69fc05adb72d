import { isSecretName } from './secret.ts'
import type { Place, Tree } from './tree.ts'

/** A text in which nothing stands behind the names of secret variables, and what stood there. */
export interface MaskedText {
  /** As long as it was, line by line. */
  readonly text: string
  readonly values: ReadonlySet<string>
}

/** Values as short as this may be any word of a message. */
const SHORT = 8
/** Values that are looked for elsewhere, at most: each costs a walk through the text. */
const MAX_VALUES = 1000
/** A name that is set, not one in a reference, and what stands between it and its value. */
const NAME = /(?<![A-Za-z0-9_]|\$\{)([A-Za-z_][A-Za-z0-9_]*)["']?[ \t]{0,8}[:=][ \t]{0,8}/g
/** What YAML begins a collection, a block or an alias with is no value. */
const VALUE = /"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s"',{}[\]&*!|>#][^\n,}\]"']*/y

/**
 * Masks the values of secret variables by what stands in front of them, wherever that is: a file that is wrong may have
 * them where no variable is looked for, as below a misspelt key.
 *
 * @param listed Names that the file lists under `secrets`.
 * @param open Where in this text such a name has no secret behind it.
 */
export function maskAssignments(
  text: string,
  listed: ReadonlySet<string>,
  open: readonly Pick<Place, 'line' | 'column'>[] = [],
): MaskedText {
  const shown = offsetsOf(open, text)
  const values = new Set<string>()
  let masked = ''
  let from = 0
  for (const { 0: before, 1: name = '', index } of text.matchAll(NAME)) {
    if (index < from || name === 'secrets' || !isSecretName(name, listed)) continue
    VALUE.lastIndex = index + before.length
    if (shown.has(VALUE.lastIndex)) continue
    const written = VALUE.exec(text)?.[0] ?? ''
    // A reference is no secret, and what is wrong with it has to be seen.
    if (written === '' || written.includes('${')) continue
    const value = written.replaceAll(/^["']|["']$/g, '').trim()
    if (value.length >= SHORT && values.size < MAX_VALUES) values.add(value)
    masked += text.slice(from, index) + before + '*'.repeat(written.length)
    from = index + before.length + written.length
  }
  masked += text.slice(from)
  return { text: masked, values: new Set([...values].filter((value) => !masked.includes(value))) }
}

function offsetsOf(places: readonly Pick<Place, 'line' | 'column'>[], text: string): ReadonlySet<number> {
  if (places.length === 0) return new Set()
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  return new Set(places.map(({ line, column }) => (starts[line - 1] ?? 0) + column - 1))
}

/** Where the files of last resort are named: of a secret, too, the path is none. */
export function namedFiles(tree: Tree | null): readonly Place[] {
  const services = valuesIn(tree, 'services').flatMap((value) => (value.kind === 'mapping' ? value.entries : []))
  const variables = services.flatMap(({ value }) => valuesIn(value, 'expand_file_env'))
  const paths = variables.flatMap((value) => (value.kind === 'mapping' ? value.entries : []))
  return paths.flatMap(({ value }) => (value.kind === 'scalar' ? [value.place] : []))
}

function valuesIn(tree: Tree | null, key: string): readonly Tree[] {
  if (tree?.kind !== 'mapping') return []
  return tree.entries.flatMap((entry) => (entry.key === key ? [entry.value] : []))
}

/** The names under `secrets`, of a file that may be wrong elsewhere. */
export function listedSecrets(tree: Tree | null): ReadonlySet<string> {
  const [list] = valuesIn(tree, 'secrets')
  const items = list?.kind === 'list' ? list.items : []
  return new Set(items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : [])))
}
