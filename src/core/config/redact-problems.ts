import { createRedactor } from '../text/redact.ts'
import type { Problem } from './problem.ts'

/** The beginning of a value that `quote` has cut is told up to here. */
const MAX_TOLD = 3
/** Values that are cut are longer than this. */
const SHORT = 8
const CUT = '..."'

/** Problems without secret values in their messages, be it the beginning of one that was too long to be quoted whole. */
export function redactProblems(problems: readonly Problem[], secrets: ReadonlySet<string>): readonly Problem[] {
  const redact = createRedactor(secrets)
  const long = [...secrets].filter((secret) => secret.length > SHORT)
  return problems.map((problem) => {
    const message = redactCut(redact(problem.message), long)
    return message === problem.message ? problem : { ...problem, message }
  })
}

function redactCut(message: string, secrets: readonly string[]): string {
  let rest = message
  for (let end = rest.indexOf(CUT); end >= 0; end = rest.indexOf(CUT, end + 1)) {
    const before = rest.slice(0, end)
    const told = Math.max(0, ...secrets.map((secret) => commonLength(before, secret)))
    if (told <= MAX_TOLD) continue
    rest = `${before.slice(0, -told)}***${rest.slice(end)}`
    end += 3 - told
  }
  return rest
}

/** How much of the beginning of `secret` stands at the end of `text`, with JSON's escapes. */
function commonLength(text: string, secret: string): number {
  const escaped = JSON.stringify(secret.slice(0, 60)).slice(1, -1)
  let length = Math.min(text.length, escaped.length)
  while (length > 0 && !text.endsWith(escaped.slice(0, length))) length--
  return length
}
