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
  | 'unknown-profile'
  | 'missing-profile'
  | 'unknown-user'
  | 'dependency-cycle'
  | 'same-port'
  | 'missing-tool'
  | 'missing-privilege'
  | 'no-cgroup'
  | 'bad-file-variable'
  | 'short-secret'

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
  /** Variables of the environment that the value comes from; absent: none. Whoever gave them may not know the file. */
  readonly variables?: readonly string[]
  /** Paths of further values that have the same problem for the same reason. */
  readonly also?: readonly string[]
  /** In an instance of a scaled service, its number, until repeats are taken out. */
  readonly instance?: number
}

/**
 * What is used several times, through an alias or by several instances, is told once: the first of each.
 *
 * What instances after the first find in the same place is told once even in other words, as values may have the number
 * of the instance in them. What is wrong for a reason outside of the file is one problem, however many values have it: it
 * is told of the first, with the paths of the others.
 */
export function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const places = new Set<string>()
  const whole = new Set<string>()
  const pathsOf = new Map<string, Set<string>>()
  const kept = problems.flatMap(({ instance = 1, ...problem }) => {
    const { code, message, place, path, also = [] } = problem
    const key = [place.file, place.line, place.column, code].join('\0')
    if (instance > 1 && places.has(key)) return []
    places.add(key)
    const reason = reasonOf(problem)
    const paths = reason === null ? undefined : pathsOf.get(reason)
    for (const one of [path, ...also]) paths?.add(one)
    const wholeKey = `${key}\0${message}`
    if (paths !== undefined || whole.has(wholeKey)) return []
    whole.add(wholeKey)
    if (reason !== null) pathsOf.set(reason, new Set([path, ...also]))
    return [problem]
  })
  return kept.map((problem) => withPaths(problem, pathsOf.get(reasonOf(problem) ?? '')))
}

/** What several values may have in common that lies outside of the file: variables, or the file that one names. */
function reasonOf({ code, severity, message, variables = [] }: Problem): string | null {
  if (variables.length === 0 && code !== 'bad-file-variable') return null
  return [code, severity, message, ...variables].join('\0')
}

function withPaths(problem: Problem, paths: ReadonlySet<string> = new Set()): Problem {
  const also = [...paths].filter((path) => path !== problem.path)
  return also.length === 0 ? problem : { ...problem, also }
}

/** Problems that are told, at most: nobody reads more, and a hostile file may have a million. */
export const MAX_PROBLEMS = 1000

/** As many as are told, in their order: errors before warnings, which must not push out why the file is refused. */
export function mostTelling(problems: readonly Problem[], atMost: number = MAX_PROBLEMS): readonly Problem[] {
  if (problems.length <= atMost) return problems
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const room = { error: atMost, warning: atMost - errors }
  return problems.filter(({ severity }) => room[severity]-- > 0)
}
