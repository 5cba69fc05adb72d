import { listedUpTo } from '../text/list.ts'
import { quote } from '../text/quote.ts'
import { SHORTEST_HIDDEN } from '../text/redact.ts'
import { isSecretName } from './secret.ts'
import { warn, type At } from './shape/shape.ts'

/** What says yes, no or how many is no secret, whatever its name. */
const SETTING = /^(?:\d+|yes|no|on|off)$/i
/** Names that are told, at most. */
const MAX_NAMES = 10

/**
 * Warns, once, of secret values that are too short to be hidden; `at` is the file.
 *
 * @param listed Names that the file lists under `secrets`.
 */
export function checkShortSecrets(
  environments: Iterable<ReadonlyMap<string, string | null>>,
  listed: ReadonlySet<string>,
  at: At,
): void {
  const names = new Set<string>()
  for (const environment of environments) {
    for (const [name, value] of environment) if (isTooShort(value) && isSecretName(name, listed)) names.add(name)
  }
  if (names.size === 0) return
  const told = listedUpTo(MAX_NAMES, [...names].map(quote))
  const values = names.size === 1 ? `the value of ${told} is` : `the values of ${told} are`
  warn(at, 'short-secret', `${values} too short to be hidden in messages; choose ${SHORTEST_HIDDEN} characters or more`)
}

function isTooShort(value: string | null): boolean {
  const text = value?.trim() ?? ''
  return text !== '' && text.length < SHORTEST_HIDDEN && !SETTING.test(text)
}
