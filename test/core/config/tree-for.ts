import {
  array,
  boolean,
  constant,
  constantFrom,
  double,
  integer,
  oneof,
  string,
  stringMatching,
  tuple,
  type Arbitrary,
} from 'fast-check'
import type { Form, ObjectForm } from '../../../src/core/config/shape/form.ts'
import type { Entry, Place, Scalar, Tree } from '../../../src/core/config/tree.ts'

const PLACE: Place = { file: 'services.yaml', line: 1, column: 1, length: 1 }

/** A scalar of a generated file. */
export function scalarTree(value: Scalar['value']): Scalar {
  return { kind: 'scalar', place: PLACE, value, text: String(value) }
}

/** A list of a generated file. */
export function listTree(items: readonly Tree[]): Tree {
  return { kind: 'list', place: PLACE, items }
}

/** A mapping of a generated file; of two equal keys the first stays. */
export function mappingTree(entries: readonly (readonly [string, Tree])[]): Tree {
  const unique = new Map<string, Tree>()
  for (const [key, value] of entries) if (!unique.has(key)) unique.set(key, value)
  return {
    kind: 'mapping',
    place: PLACE,
    entries: [...unique].map(([key, value]): Entry => ({ key, place: PLACE, value })),
  }
}

/** Trees that mostly are of the form, and now and then are not. */
export function treeFor(form: Form): Arbitrary<Tree> {
  return oneof({ weight: 40, arbitrary: exactTree(form) }, { weight: 1, arbitrary: ANY_TREE })
}

const ANY_SCALAR = oneof(
  string(),
  constantFrom('', '10', '1.5', '10s', 'true', '${A}', '\0', '__proto__', 'x-a'),
  integer(),
  double({ noNaN: true, noDefaultInfinity: true }),
  boolean(),
  constant(null),
).map(scalarTree)
const ANY_KEY = oneof(constantFrom('__proto__', 'constructor', 'x-a', 'command', ''), string())

const ANY_TREE: Arbitrary<Tree> = oneof(
  ANY_SCALAR,
  array(ANY_SCALAR, { maxLength: 3 }).map(listTree),
  array(tuple(ANY_KEY, ANY_SCALAR), { maxLength: 3 }).map(mappingTree),
)

function exactTree(form: Form): Arbitrary<Tree> {
  switch (form.kind) {
    case 'text':
      return textFor(form.pattern, form.also.length > 0).map(scalarTree)
    case 'number':
      return integer({ min: Math.ceil(form.minimum) - 1, max: (form.maximum ?? 1_000) + 1 }).chain((value) =>
        constantFrom<Tree>(scalarTree(value), scalarTree(String(value))),
      )
    case 'boolean':
      return constantFrom(true, false, 'true', 'off', '1', 0).map(scalarTree)
    case 'choice':
      return constantFrom(...form.values).map(scalarTree)
    case 'nothing':
      return constant(scalarTree(null))
    case 'list':
      return array(treeFor(form.item), { maxLength: 3 }).map(listTree)
    case 'map':
      return array(tuple(textFor(form.key?.pattern ?? null, false).map(String), treeFor(form.value)), {
        maxLength: 3,
      }).map(mappingTree)
    case 'object':
      return objectFor(form)
    case 'either':
      return oneof(...form.forms.map(treeFor))
  }
}

function textFor(pattern: string | null, numbers: boolean): Arbitrary<string | number> {
  const text = pattern === null ? string() : stringMatching(new RegExp(pattern))
  return numbers
    ? oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: integer({ min: 0, max: 9_999 }) })
    : text
}

/** Few keys at a time, with those that have to be there. */
function objectFor(form: ObjectForm): Arbitrary<Tree> {
  const entry = oneof(...form.keys.map((key) => tuple(constant(key.key), treeFor(key.form))))
  const required = form.rules.flatMap((rule) => (rule.kind === 'exactly-one' ? [rule.keys] : []))
  const needed = required.map((keys) =>
    oneof(
      ...form.keys.filter(({ key }) => keys.includes(key)).map((key) => tuple(constant(key.key), treeFor(key.form))),
    ),
  )
  const optional = array(entry, { maxLength: form.keys.length > 3 ? 3 : 1 })
  const others = optional.map((entries) => entries.filter(([key]) => !required.some((keys) => keys.includes(key))))
  return tuple(tuple(...needed), oneof({ weight: 9, arbitrary: others }, { weight: 1, arbitrary: optional })).map(
    ([first, rest]) => mappingTree([...first, ...rest]),
  )
}
