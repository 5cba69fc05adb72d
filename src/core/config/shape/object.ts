import { quote } from '../../text/quote.ts'
import type { Entry, Place } from '../tree.ts'
import { join } from './collection.ts'
import type { Form, KeyForm, KeyText, ObjectForm, Plain, Rule } from './form.ts'
import { plainTree } from './plain.ts'
import { checkRules } from './rules.ts'
import { hintAt, report, reportWrongType, type At, type Shape } from './shape.ts'

/** A known key that is read into a `T`; one whose `T` has no undefined needs a default. */
type Key<T> = KeyText & { readonly shape: Shape<Exclude<T, undefined>> } & (undefined extends T
    ? { readonly default?: undefined }
    : { readonly default: Plain })

/** The keys of a mapping that is read into a `D`. */
export type Keys<D> = { readonly [N in keyof D]-?: Key<D[N]> }

/** A mapping that was read: defaults stand for what is absent or wrong. */
export interface Section<D> {
  readonly values: D
  readonly at: At
  /** The keys that are there. */
  readonly entries: ReadonlyMap<string, Entry>
  /** Those of them that could not be read. */
  readonly wrong: ReadonlySet<string>
}

/** What belongs to the mapping as a whole. */
export interface ObjectOptions {
  readonly name: string
  readonly rules?: readonly Rule[]
  readonly extensions?: 'x-*'
  /** What to say about keys that people know from elsewhere. */
  readonly advice?: ReadonlyMap<string, string>
}

/** A mapping with known keys; any other key is an error. */
export function object<D extends object>(options: ObjectOptions, keys: Keys<D>): Shape<Section<D>> {
  const shapes = new Map<string, AnyKey>(Object.entries(keys))
  const form: ObjectForm = {
    kind: 'object',
    name: options.name,
    keys: [...shapes].map(([key, value]) => keyForm(key, value)),
    rules: options.rules ?? [],
    extensions: options.extensions ?? 'none',
  }
  const vocabulary: Vocabulary = { form, shapes, advice: options.advice ?? new Map(), defaults: new Map() }
  return { form, read: (at) => readObject<D>(at, vocabulary) }
}

function keyForm(key: string, { shape, ...text }: AnyKey): KeyForm {
  return { ...text, key, form: shape.form, default: text.default }
}

type AnyKey = KeyText & { readonly shape: Shape<unknown>; readonly default?: Plain | undefined }

interface Vocabulary {
  readonly form: ObjectForm
  readonly shapes: ReadonlyMap<string, AnyKey>
  readonly advice: ReadonlyMap<string, string>
  /** Those that were needed so far. */
  readonly defaults: Map<AnyKey, unknown>
}

function readObject<D>(at: At, vocabulary: Vocabulary): Section<D> | undefined {
  const { form, shapes } = vocabulary
  if (at.tree.kind !== 'mapping') return reportWrongType(at, form)
  const given = at.tree.entries.filter((entry) => !isLeftOpen(entry, shapes.get(entry.key)?.shape.form))
  const entries = new Map(given.map((entry) => [entry.key, entry]))
  const values = new Map<string, unknown>()
  const wrong = new Set<string>()
  for (const entry of given) {
    const key = shapes.get(entry.key)
    if (key === undefined) {
      reportUnknown(at, entry, vocabulary)
      continue
    }
    const inside: At = { ...at, tree: entry.value, path: join(at.path, entry.key), name: entry.place }
    const value = key.shape.read(inside)
    if (value === undefined) wrong.add(entry.key)
    else values.set(entry.key, value)
  }
  for (const [name, key] of shapes) {
    if (!values.has(name) && key.default !== undefined) values.set(name, defaultOf(key, key.default, vocabulary))
  }
  checkRules(at, form.rules, { entries, values, wrong })
  return { values: Object.fromEntries(values) as D, at, entries, wrong }
}

/** Whether it says nothing: yes or no, by variables of which none has a value, as in `enabled: "${EXTERNAL:+no}"`. */
function isLeftOpen({ value }: Entry, form: Form | undefined): boolean {
  if (value.kind !== 'scalar' || value.filledFrom === undefined || value.text.trim() !== '') return false
  return form?.kind === 'boolean' || (form?.kind === 'either' && form.forms.some(({ kind }) => kind === 'boolean'))
}

function reportUnknown(at: At, entry: Entry, { form, shapes, advice }: Vocabulary): undefined {
  if (form.extensions === 'x-*' && entry.key.startsWith('x-')) return undefined
  const known = advice.get(entry.key)
  const near = hintAt(at, entry.key, shapes.keys())
  const allowed = `; allowed: ${[...shapes.keys()].join(', ')}`
  const hint = known === undefined ? near || allowed : `; ${known}`
  const inside: At = { ...at, path: join(at.path, entry.key) }
  return report(inside, 'unknown-key', `unknown key ${quote(entry.key)}${hint}`, entry.place)
}

/** A default is written as in the file and read like it, so it cannot mean anything else there. */
function defaultOf(key: AnyKey, written: Plain, { defaults }: Vocabulary): unknown {
  const known = defaults.get(key)
  if (known !== undefined) return known
  const tree = plainTree(written, NOWHERE)
  const value = key.shape.read({ tree, path: '', name: NOWHERE, problems: [] })
  defaults.set(key, value)
  return value
}

/** Nothing is ever wrong with a default, so its place is never told. */
const NOWHERE: Place = { file: '', line: 0, column: 0, length: 0 }
