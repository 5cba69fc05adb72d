import type { Access } from '../model.ts'
import { map } from '../shape/collection.ts'
import { object, type Section } from '../shape/object.ts'
import { choice } from '../shape/scalar.ts'
import { convert, located, type At, type Shape } from '../shape/shape.ts'

/** Who may ask what on the control socket, as the file has it. */
export interface Grant {
  /** A user, or a group behind an `@`: names, or numbers in digits. */
  readonly who: string
  readonly access: Access
  readonly at: At
}

/** What stands in `control`. */
export interface ControlDocument {
  readonly allow: readonly Grant[]
}

const WHO = {
  words: 'a user such as "daemon" or "1000", or a group such as "@adm"',
  pattern: String.raw`^@?[^@:\s][^:\s]*$`,
}

const GRANTS: Shape<readonly Grant[]> = convert(map(located(choice<Access>(['read', 'admin'])), WHO), (written) =>
  [...written].map(([who, { value, at }]) => ({ who, access: value, at })),
)

/** The control socket. */
export const CONTROL: Shape<Section<ControlDocument>> = object<ControlDocument>(
  { name: 'control' },
  {
    allow: {
      shape: GRANTS,
      default: {},
      defaultNote: "nobody but root and the supervisor's own user, who may always ask everything",
      description:
        'What other users may ask on the control socket, by user, or by group with an `@` in front: `read` is to look on, as `status`, `health`, `wait` and `logs` do, `admin` is everything. Names or numbers. What stands for a user counts before what stands for his groups.',
      example: 'allow:\n  daemon: read\n  "@adm": admin',
    },
  },
)
