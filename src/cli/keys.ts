const ESCAPE = String.fromCodePoint(27)

/** What other keys than characters send: arrows, function keys, and characters with Alt. */
const SEQUENCES = new RegExp(String.raw`${ESCAPE}(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^[O])?`, 'gu')

/** The characters of what was typed, one a key; keys that are none are left out. */
export function keysIn(typed: string): readonly string[] {
  return Array.from(typed.replaceAll(SEQUENCES, ''))
}
