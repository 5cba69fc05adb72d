import { either, list } from '../shape/collection.ts'
import { object, type Section } from '../shape/object.ts'
import { BOOLEAN, choice, filled } from '../shape/scalar.ts'
import { convert, located, type Located, type Shape } from '../shape/shape.ts'

/** A file of variables. */
export interface EnvFileReference {
  readonly path: Located<string>
  readonly required: boolean
  readonly format: 'dotenv' | 'raw'
}

interface EnvFileDocument {
  readonly path: Located<string> | undefined
  readonly required: boolean
  readonly format: 'raw' | undefined
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
      description: 'Whether it is an error when there is no such file.',
      example: 'path: local.env\nrequired: false',
    },
    format: {
      shape: choice(['raw']),
      defaultNote: 'quotes, comments and `${VAR}` mean what they do in `.env`',
      description:
        'With `raw` a value is all that stands behind the `=`: quotes, `#` and `$` are characters like any other.',
      example: 'path: generated.env\nformat: raw',
    },
  },
)

const SHORT: Shape<EnvFileReference> = convert(PATH, (path) => ({ path, required: true, format: 'dotenv' }))
const LONG: Shape<EnvFileReference> = convert(REFERENCE, toReference)

function toReference({ values }: Section<EnvFileDocument>): EnvFileReference | undefined {
  const { path, required, format = 'dotenv' } = values
  return path === undefined ? undefined : { path, required, format }
}

/** One file of variables or several, of which the later wins. */
export const ENV_FILES: Shape<readonly EnvFileReference[]> = either({
  scalar: convert(SHORT, (file) => [file]),
  list: list(either({ scalar: SHORT, mapping: LONG })),
})
