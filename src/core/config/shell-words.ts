import { closingQuote } from './closing-quote.ts'

/** A command line in words, or why it has none. */
export type ShellWords =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'error'; readonly why: string }

const NO_SHELL = 'no shell runs a command; use "script:" for shell text, or quote it'
const COMMENT =
  '"#" at the start of a word begins a comment in a shell, and there are none here; quote it, or take the comment out'
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/
/** The next part of a line; the kinds are tried in this order (POSIX.1-2024, Shell Command Language, 2.2 and 2.3). */
const PART =
  /(?<blank>[ \t\r\n]+)|(?<continued>\\\n)|'(?<single>[^']*)'|(?<double>")|\\(?<escaped>[^])|(?<operator>&&|\|\||\$\(|[|&;<>()`])|(?<unfinished>['\\])|(?<plain>[^ \t\r\n'"\\|&;<>()`$]+|\$)/y

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
  for (let offset = 0; offset < text.length;) {
    if (word === null && text[offset] === '#') return failed(COMMENT)
    const part = readPart(text, offset)
    if (part.kind === 'error') return part
    if (part.kind === 'piece') word = (word ?? '') + part.text
    if (part.kind === 'blank' && word !== null) {
      words.push(word)
      word = null
    }
    offset = part.end
  }
  if (word !== null) words.push(word)
  return words.length === 0 ? failed('it is empty') : { kind: 'words', words }
}

type Part =
  | { readonly kind: 'piece'; readonly text: string; readonly end: number }
  /** A line that goes on after a backslash parts no words. */
  | { readonly kind: 'blank' | 'continued'; readonly end: number }
  | { readonly kind: 'error'; readonly why: string }

function failed(why: string): { readonly kind: 'error'; readonly why: string } {
  return { kind: 'error', why }
}

function readPart(text: string, offset: number): Part {
  PART.lastIndex = offset
  const { blank, continued, single, double, escaped, operator, unfinished, plain } = PART.exec(text)?.groups ?? {}
  const end = PART.lastIndex
  if (blank !== undefined) return { kind: 'blank', end }
  if (continued !== undefined) return { kind: 'continued', end }
  if (operator !== undefined) return failed(`"${operator}" is shell syntax, and ${NO_SHELL}`)
  if (unfinished === '\\') return failed('it ends in a backslash')
  if (unfinished !== undefined) return failed(`the quote ${unfinished} is not closed`)
  if (double !== undefined) return readDouble(text, end)
  return { kind: 'piece', text: single ?? escaped ?? plain ?? '', end }
}

/** Between double quotes a backslash escapes only these, and a shell would still substitute commands (2.2.3). */
function readDouble(text: string, from: number): Part {
  const end = closingQuote(text, from, '"')
  if (end < 0) return failed('the quote " is not closed')
  const quoted = text.slice(from, end)
  const substitution = quoted.replaceAll(/\\[^]/g, '').match(/`|\$\(/)?.[0]
  if (substitution !== undefined) {
    return failed(`"${substitution}" is shell syntax, and no shell runs a command; use "script:", or single quotes`)
  }
  const unescaped = quoted.replaceAll(/\\([$`"\\\n])/g, (_, found: string) => (found === '\n' ? '' : found))
  return { kind: 'piece', text: unescaped, end: end + 1 }
}
