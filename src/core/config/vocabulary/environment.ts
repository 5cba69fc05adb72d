import { either, list, map } from '../shape/collection.ts'
import { object, type Section } from '../shape/object.ts'
import { BOOLEAN, filled, matching, NOTHING, scalar, text } from '../shape/scalar.ts'
import { convert, located, type Located, type Shape } from '../shape/shape.ts'

/** A variable's value; null passes the container's own through. */
export type Variables = ReadonlyMap<string, string | null>

const NAME = { words: 'a variable name', pattern: '^[^=\\u0000]+$' }
const VALUE: Shape<string | null> = either<string | null>({ scalar: text('a string'), nothing: NOTHING })

const ASSIGNMENT: Shape<readonly [string, string | null]> = scalar(
  { kind: 'text', words: 'NAME=value or a bare NAME', pattern: '^[^=]', also: [] },
  (assignment) => {
    const equals = assignment.indexOf('=')
    return equals < 0 ? [assignment, null] : [assignment.slice(0, equals), assignment.slice(equals + 1)]
  },
)

/** Variables as a mapping or as a list of assignments. */
export const VARIABLES: Shape<Variables> = either<Variables>({
  mapping: map(VALUE, NAME),
  list: convert(list(ASSIGNMENT), (assignments) => new Map(assignments)),
})

/** The name of a variable, alone. */
export const VARIABLE_NAME: Shape<string> = matching(NAME.words, NAME.pattern)

/** A file of variables. */
export interface EnvFileReference {
  readonly path: Located<string>
  readonly required: boolean
}

interface EnvFileDocument {
  readonly path: Located<string> | undefined
  readonly required: boolean
}

const PATH = located(filled('a path'))

const REFERENCE = object<EnvFileDocument>(
  { name: 'env_file[]', rules: [{ kind: 'exactly-one', keys: ['path'] }] },
  {
    path: {
      shape: PATH,
      description: 'The file, relative to the folder of `services.yaml`.',
      example: 'path: defaults.env',
    },
    required: {
      shape: BOOLEAN,
      default: true,
      description: 'Whether it is an error when the file cannot be read.',
      example: 'path: local.env\nrequired: false',
    },
  },
)

const SHORT: Shape<EnvFileReference> = convert(PATH, (path) => ({ path, required: true }))
const LONG: Shape<EnvFileReference> = convert(REFERENCE, toReference)

function toReference({ values }: Section<EnvFileDocument>): EnvFileReference | undefined {
  return values.path === undefined ? undefined : { path: values.path, required: values.required }
}

/** One file of variables or several, of which the later wins. */
export const ENV_FILES: Shape<readonly EnvFileReference[]> = either({
  scalar: convert(SHORT, (file) => [file]),
  list: list(either({ scalar: SHORT, mapping: LONG })),
})
