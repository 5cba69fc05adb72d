import { distinct, either, list } from '../shape/collection.ts'
import { BOOLEAN } from '../shape/scalar.ts'
import { convert, located, type Located, type Shape } from '../shape/shape.ts'
import { VARIABLE_NAME } from './environment.ts'

/** Which variables are read from files: all that there is a `NAME_FILE` for, or those of these names. */
export type FileVariables = 'all' | readonly Located<string>[]

/** `true`, or a list of names. */
export const FILE_VARIABLES: Shape<Located<FileVariables>> = located(
  either<FileVariables>({
    scalar: convert(BOOLEAN, (isAll) => (isAll ? 'all' : [])),
    list: distinct(list(located(VARIABLE_NAME))),
  }),
)
