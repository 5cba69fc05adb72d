/** A command line in words, or why it has none. */
export type ShellWords =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'error'; readonly why: string }

const NO_SHELL = 'no shell runs a command; use "script:" for shell text, or quote it'
/** One step of the scan; the alternatives are tried in this order (POSIX.1-2024, Shell Command Language, 2.2 and 2.3). */
const STEP = new RegExp(
  [
    String.raw`(?<space>[ \t\r\n]+)`,
    String.raw`'(?<single>[^']*)'`,
    String.raw`"(?<double>(?:[^"\\]|\\[^])*)"`,
    String.raw`\\(?<escaped>[^])`,
    String.raw`(?<operator>&&|\|\||;;|>>|<<|[|&;<>()${'`'}]|\$\()`,
    String.raw`(?<unfinished>['"\\])`,
    '(?<plain>[^])',
  ].join('|'),
  'gu',
)
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/

/**
 * Splits a command line into words as a POSIX shell would, by its quotes and escapes, without any expansion: `$` and
 * `*` stay as they are, and a line break is a blank, as in Compose.
 *
 * What only a shell could do (pipes, redirections, lists, substitutions, a variable set in front) is an error.
 */
export function splitShellWords(text: string): ShellWords {
  const assignment = ASSIGNMENT.exec(text.trimStart())
  if (assignment !== null) {
    return failed(`"${assignment[0]}" in front of a command is shell syntax, and no shell runs it; use "environment:"`)
  }
  const words: string[] = []
  let word: string | null = null
  for (const { groups = {} } of text.matchAll(STEP)) {
    if (groups['space'] !== undefined) {
      if (word !== null) words.push(word)
      word = null
      continue
    }
    const piece = readPiece(groups)
    if (typeof piece !== 'string') return failed(piece.why)
    word = (word ?? '') + piece
  }
  if (word !== null) words.push(word)
  return words.length === 0 ? failed('it is empty') : { kind: 'words', words }
}

function failed(why: string): ShellWords {
  return { kind: 'error', why }
}

type Groups = Readonly<Record<string, string | undefined>>

function readPiece(groups: Groups): string | { readonly why: string } {
  const { single, double, escaped, operator, unfinished, plain } = groups
  if (operator !== undefined) return { why: `"${operator}" is shell syntax, and ${NO_SHELL}` }
  if (unfinished !== undefined) return { why: describeUnfinished(unfinished) }
  if (escaped !== undefined) return escaped === '\n' ? '' : escaped
  if (double !== undefined) return readDouble(double)
  return single ?? plain ?? ''
}

function describeUnfinished(character: string): string {
  return character === '\\' ? 'it ends in a backslash' : `the quote ${character} is not closed`
}

/** Between double quotes a backslash escapes only these, and a shell would still substitute commands (2.2.3). */
function readDouble(text: string): string | { readonly why: string } {
  const substitution = /(?<!\\)(?:\\\\)*(`|\$\()/.exec(text)?.[1]
  if (substitution !== undefined) {
    return { why: `"${substitution}" is shell syntax, and no shell runs a command; use "script:", or single quotes` }
  }
  return text.replaceAll(/\\([$`"\\\n])/g, (_, character: string) => (character === '\n' ? '' : character))
}
