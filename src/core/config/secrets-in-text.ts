import { isSecretName } from './secret.ts'
import type { Tree } from './tree.ts'

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
 */
export function maskAssignments(text: string, listed: ReadonlySet<string>): MaskedText {
  const values = new Set<string>()
  let masked = ''
  let from = 0
  for (const { 0: before, 1: name = '', index } of text.matchAll(NAME)) {
    if (index < from || name === 'secrets' || !isSecretName(name, listed)) continue
    VALUE.lastIndex = index + before.length
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

/** The names under `secrets`, of a file that may be wrong elsewhere. */
export function listedSecrets(tree: Tree | null): ReadonlySet<string> {
  const list = tree?.kind === 'mapping' ? tree.entries.find(({ key }) => key === 'secrets')?.value : undefined
  const items = list?.kind === 'list' ? list.items : []
  return new Set(items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : [])))
}
