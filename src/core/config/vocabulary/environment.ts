import { either, list, map, type KeyPattern } from '../shape/collection.ts'
import { matching, NOTHING, scalar, text } from '../shape/scalar.ts'
import { convert, type Shape } from '../shape/shape.ts'

/** A variable's value; null passes the container's own through. */
export type Variables = ReadonlyMap<string, string | null>

/** The name of a variable, as a key. */
export const NAME: KeyPattern = { words: 'a variable name', pattern: '^[^=\\u0000]+$' }
const VALUE: Shape<string | null> = either<string | null>({ scalar: text('a string'), nothing: NOTHING })

const ASSIGNMENT: Shape<readonly [string, string | null]> = scalar(
  { kind: 'text', words: 'NAME=value or a bare NAME', pattern: '^[^=]', also: [] },
  splitAssignment,
)

/** `NAME=value`; the value of a bare `NAME` is null. */
export function splitAssignment(assignment: string): readonly [name: string, value: string | null] {
  const equals = assignment.indexOf('=')
  return equals < 0 ? [assignment, null] : [assignment.slice(0, equals), assignment.slice(equals + 1)]
}

/** Variables as a mapping or as a list of assignments. */
export const VARIABLES: Shape<Variables> = either<Variables>({
  mapping: map(VALUE, NAME),
  list: convert(list(ASSIGNMENT), (assignments) => new Map(assignments)),
})

/** The name of a variable, alone. */
export const VARIABLE_NAME: Shape<string> = matching(NAME.words, NAME.pattern)
