import { distinct, either, list, map } from '../shape/collection.ts'
import { BOOLEAN, filled, NOTHING } from '../shape/scalar.ts'
import { convert, located, type At, type Located, type Shape } from '../shape/shape.ts'
import { NAME, VARIABLE_NAME } from './environment.ts'

/** Which variables are read from files: all that there is a `NAME_FILE` for, or those that are listed. */
export type FileVariables = 'all' | readonly ListedVariable[]

/** A variable, and the file that it is read from where nobody gives it; null: none. */
interface ListedVariable {
  readonly name: Located<string>
  readonly fallback: string | null
}

const FALLBACK: Shape<Located<string | null>> = located(
  either<string | null>({ scalar: filled('a path'), nothing: NOTHING }),
)

/** `true`, a list of names, or names with the files that stand in for those that nobody gives. */
export const FILE_VARIABLES: Shape<Located<FileVariables>> = located(
  either<FileVariables>({
    scalar: convert(BOOLEAN, (isAll) => (isAll ? 'all' : [])),
    list: convert(distinct(list(located(VARIABLE_NAME))), (names) => names.map((name) => ({ name, fallback: null }))),
    mapping: convert(map(FALLBACK, NAME), (files) =>
      [...files].map(([name, { value, at }]) => ({ name: { value: name, at: atName(name, at) }, fallback: value })),
    ),
  }),
)

/** What is wrong with a variable is not wrong with the file that stands in for it. */
function atName(name: string, at: At): At {
  return { ...at, tree: { kind: 'scalar', place: at.name, value: name, text: name } }
}
