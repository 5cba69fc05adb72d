import { quote } from '../../text/quote.ts'
import { keyInFile } from '../tree.ts'
import type { Form } from './form.ts'
import { convert, located, report, reportWrongType, type At, type Located, type Shape } from './shape.ts'

/** A list; items that cannot be read are reported and left out. */
export function list<T>(item: Shape<T>, atLeast = 0): Shape<readonly T[]> {
  const form: Form = { kind: 'list', item: item.form, atLeast }
  return {
    form,
    read: (at) => {
      if (at.tree.kind !== 'list') return reportWrongType(at, form)
      if (at.tree.items.length < atLeast) return reportEmpty(at, 'the list is empty; it needs at least one item')
      return at.tree.items.flatMap((tree, index) => {
        const value = item.read({ ...at, tree, path: `${at.path}[${index}]`, name: tree.place })
        return value === undefined ? [] : [value]
      })
    },
  }
}

/** The same list, in which nothing may stand twice: the second is reported and left out. */
export function distinct<T extends string | number>(items: Shape<readonly Located<T>[]>): Shape<readonly Located<T>[]> {
  return convert(items, (found) => {
    const seen = new Set<T>()
    return found.filter(({ value, at }) => {
      if (seen.has(value)) report(at, 'duplicate-key', `${quote(String(value))} is listed twice`)
      return !seen.has(value) && seen.add(value)
    })
  })
}

/** A list of values, each once. */
export function listOnce<T extends string | number>(item: Shape<T>, atLeast = 0): Shape<readonly T[]> {
  return convert(distinct(list(located(item), atLeast)), (found) => found.map(({ value }) => value))
}

/** What the keys of a map look like. */
export interface KeyPattern {
  readonly words: string
  readonly pattern: string
}

/** A mapping with keys of the user's own; values that cannot be read are reported and left out. */
export function map<T>(value: Shape<T>, key: KeyPattern | null, atLeast = 0): Shape<ReadonlyMap<string, T>> {
  const form: Form = { kind: 'map', key, value: value.form, atLeast }
  const pattern = key === null ? null : new RegExp(key.pattern, 'u')
  return {
    form,
    read: (at) => {
      if (at.tree.kind !== 'mapping') return reportWrongType(at, form)
      if (at.tree.entries.length < atLeast) return reportEmpty(at, 'the mapping is empty; it needs at least one entry')
      const result = new Map<string, T>()
      for (const entry of at.tree.entries) {
        const inside: At = { ...at, tree: entry.value, path: join(at.path, keyInFile(entry)), name: entry.place }
        const numbered = entry.instance === undefined ? inside : { ...inside, instance: entry.instance.number }
        if (key !== null && pattern?.test(entry.key) === false) {
          report(inside, 'bad-value', `${quote(entry.key)} is not ${key.words}`, entry.place)
          continue
        }
        const read = value.read(numbered)
        if (read !== undefined) result.set(entry.key, read)
      }
      return result
    },
  }
}

function reportEmpty(at: At, message: string): undefined {
  return report(at, 'bad-value', message, at.name)
}

/** A path one key further in. */
export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** The kinds of value that a key takes, each with its own shape. */
export interface ByKind<T> {
  readonly scalar?: Shape<T>
  readonly list?: Shape<T>
  readonly mapping?: Shape<T>
  readonly nothing?: Shape<T>
}

/** One of several shapes, chosen by the kind of the value found. */
export function either<T>(shapes: ByKind<T>): Shape<T> {
  const form: Form = {
    kind: 'either',
    forms: [shapes.scalar, shapes.list, shapes.mapping, shapes.nothing].flatMap((shape) =>
      shape === undefined ? [] : [shape.form],
    ),
  }
  return {
    form,
    read: (at) => {
      const kind = at.tree.kind === 'scalar' && at.tree.value === null ? 'nothing' : at.tree.kind
      const shape = shapes[kind]
      return shape === undefined ? reportWrongType(at, form) : shape.read(at)
    },
  }
}
