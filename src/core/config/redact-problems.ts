import { createRedactor } from '../text/redact.ts'
import type { Problem } from './problem.ts'

/** Problems without secret values in their messages. */
export function redactProblems(problems: readonly Problem[], secrets: ReadonlySet<string>): readonly Problem[] {
  const redact = createRedactor(secrets)
  return problems.map((problem) => {
    const message = redact(problem.message)
    return message === problem.message ? problem : { ...problem, message }
  })
}
