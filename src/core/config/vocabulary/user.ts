import { filled, matching } from '../shape/scalar.ts'
import { convert, located, type Located, type Shape } from '../shape/shape.ts'

/** A user as the file names it: names or numbers in digits. */
export interface DeclaredUser {
  readonly user: string
  /** null: the user's own group. */
  readonly group: string | null
}

const USER_TEXT = matching(
  'a user such as "postgres", "1000" or "postgres:adm"',
  String.raw`^(?:[^:\s]+(?::[^:\s]+)?)?$`,
  ['integer'],
)

/** `name`, `uid`, `name:group` or `uid:gid`; null when it is empty, as a variable may be. */
export const USER: Shape<Located<DeclaredUser | null>> = located(
  convert(USER_TEXT, (found): DeclaredUser | null => {
    if (found === '') return null
    const [user = '', group = null] = found.split(':')
    return { user, group }
  }),
)

/** A group by name or number. */
export const GROUP: Shape<Located<string>> = located(filled('a group'))
