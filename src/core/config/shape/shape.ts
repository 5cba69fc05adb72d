import { onOneLine, quote } from '../../text/quote.ts'
import { didYouMean } from '../../text/suggest.ts'
import type { Problem, ProblemCode } from '../problem.ts'
import type { Place, Tree } from '../tree.ts'
import { inWords, type Form } from './form.ts'

/** What a value of the file may look like, and how it is read. */
export interface Shape<T> {
  readonly form: Form
  /** Gives undefined for what is not of this shape, after reporting why. */
  readonly read: (at: At) => T | undefined
}

/** A value of the file: where it stands, and where to report what is wrong with it. */
export interface At {
  readonly tree: Tree
  /** As in `services.app.command[0]`. */
  readonly path: string
  /** What names the value: its key, or itself in a list; what is missing in it is shown there. */
  readonly name: Place
  readonly problems: Problem[]
  /** In an instance of a scaled service: its number. */
  readonly instance?: number
}

/** A value and where it was found, for a later check. */
export interface Located<T> {
  readonly value: T
  readonly at: At
}

/** Reports an error, at the value itself unless told otherwise. */
export function report(at: At, code: ProblemCode, message: string, place: Place = at.tree.place): undefined {
  return tell(at, { code, severity: 'error', message, place })
}

/** Reports what keeps nothing from starting, in the same way. */
export function warn(at: At, code: ProblemCode, message: string, place: Place = at.tree.place): undefined {
  return tell(at, { code, severity: 'warning', message, place })
}

/**
 * Reports any problem. A value that variables were put into names them, since it is they who may be wrong; of what stands
 * elsewhere, `variables` are those that it comes from.
 */
export function tell(at: At, told: Pick<Problem, 'code' | 'severity' | 'message' | 'place' | 'variables'>): undefined {
  const { tree, path, instance } = at
  const filledFrom = tree.kind === 'scalar' && told.place === tree.place ? (tree.filledFrom ?? []) : []
  const { variables = filledFrom } = told
  at.problems.push({
    code: told.code,
    severity: told.severity,
    place: told.place,
    path,
    message: onOneLine(told.message),
    ...(variables.length === 0 ? {} : { variables }),
    ...(instance === undefined ? {} : { instance }),
  })
  return undefined
}

/** Reports a value of another kind than the form's. */
export function reportWrongType(at: At, form: Form): undefined {
  return report(at, 'wrong-type', `expected ${inWords(form)}, found ${describeTree(at.tree)}`)
}

/** A value in a few words, as after "found". */
export function describeTree(tree: Tree): string {
  if (tree.kind !== 'scalar') return tree.kind === 'list' ? 'a list' : 'a mapping'
  if (tree.value === null) return 'nothing'
  return typeof tree.value === 'string' ? quote(tree.text) : tree.text
}

/** Problems after which no more suggestions are made: nobody reads so far, and a hostile file has tens of thousands. */
const MAX_HINTED = 100

/** `; did you mean "command"?`, or nothing. */
export function hintAt(at: At, found: string, known: Iterable<string>): string {
  return at.problems.length < MAX_HINTED ? didYouMean(found, known) : ''
}

/** The same form, read into something else; `change` reports what it refuses and gives undefined for it. */
export function convert<T, U>(shape: Shape<T>, change: (value: T, at: At) => U | undefined): Shape<U> {
  return {
    form: shape.form,
    read: (at) => {
      const value = shape.read(at)
      return value === undefined ? undefined : change(value, at)
    },
  }
}

/** The same form, keeping the place. */
export function located<T>(shape: Shape<T>): Shape<Located<T>> {
  return convert(shape, (value, at) => ({ value, at }))
}
