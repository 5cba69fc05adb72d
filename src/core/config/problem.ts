import type { Place } from './tree.ts'

/** What kind of mistake a problem is; each has its entry in `docs/reference/problems.md`. */
export type ProblemCode =
  | 'yaml-syntax'
  | 'yaml-too-large'
  | 'file-unreadable'
  | 'duplicate-key'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'bad-value'
  | 'conflicting-keys'
  | 'bad-interpolation'
  | 'unset-variable'
  | 'missing-environment'
  | 'bad-env-file'
  | 'unknown-service'
  | 'unknown-user'
  | 'dependency-cycle'
  | 'same-port'
  | 'missing-tool'

/**
 * A mistake of the user's, as data: all of them are collected and told at once.
 *
 * `path` names the value, as in `services.app.depends_on`, and is empty for the whole file. `message` says what was
 * found, what is allowed and, last, the way out. Only an error keeps the file from being used.
 */
export interface Problem {
  readonly code: ProblemCode
  readonly severity: 'error' | 'warning'
  readonly place: Place
  readonly path: string
  readonly message: string
}
