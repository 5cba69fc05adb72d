import { quote } from '../text/quote.ts'
import { closingQuote } from './closing-quote.ts'

/** What an environment file says, in its order, and what in it could not be read. */
export interface EnvFile {
  readonly entries: readonly EnvEntry[]
  readonly problems: readonly EnvProblem[]
}

/**
 * One variable; `value` is null for a bare name, which passes the container's own value through.
 *
 * Unless it stood in single quotes or a raw file, the value is still to be interpolated; a literal dollar sign in it
 * is `$$`.
 */
export interface EnvEntry {
  readonly name: string
  readonly value: string | null
  readonly quotes: 'none' | 'single' | 'double' | 'raw'
  readonly line: number
}

/** What is wrong with a line, counted from 1. */
interface EnvProblem {
  readonly line: number
  readonly why: string
}

/** One statement from here on: a comment or blank line, or a name with or without a value. */
const BLANK = /[ \t\r]*(?:#[^\n]*)?(?:\n|$)/y
const NAME = /[ \t]*(?:export[ \t]+)?([^\s=:#'"]+)[ \t]*([=:][ \t]*)?/y
const UNQUOTED = /[^\n]*/y
const AFTER_QUOTE = /[ \t\r]*(?:#[^\n]*)?(?=\n|$)/y
const REST = /[^\n]*\n?/y

/**
 * Reads Compose's `.env` format: `NAME=value` or `NAME: value`, `export`, quotes (which may span lines), `#` comments,
 * bare names.
 *
 * Values are not interpolated here (https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/).
 */
export function parseEnvFile(text: string): EnvFile {
  const scanner: Scanner = { text: text.replace(/^\uFEFF/, ''), offset: 0, line: 1 }
  const entries: EnvEntry[] = []
  const problems: EnvProblem[] = []
  while (scanner.offset < scanner.text.length) {
    if (take(scanner, BLANK) !== null) continue
    const { line } = scanner
    const statement = readStatement(scanner)
    if (typeof statement === 'string') problems.push({ line, why: statement })
    else entries.push({ ...statement, line })
    take(scanner, REST)
  }
  return { entries, problems }
}

interface Scanner {
  readonly text: string
  offset: number
  line: number
}

type Statement = Omit<EnvEntry, 'line'>

function take(scanner: Scanner, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = scanner.offset
  const match = pattern.exec(scanner.text)
  if (match === null) return null
  advance(scanner, pattern.lastIndex)
  return match
}

function advance(scanner: Scanner, offset: number): void {
  scanner.line += scanner.text.slice(scanner.offset, offset).split('\n').length - 1
  scanner.offset = offset
}

function readStatement(scanner: Scanner): Statement | string {
  const found = take(scanner, NAME)
  if (found === null) return 'expected NAME=value'
  const [, name = '', equals] = found
  if (name.includes('\0')) return 'the name contains a NUL character'
  if (equals === undefined) {
    // It may be the second line of a secret: nothing of it is told.
    if (take(scanner, AFTER_QUOTE) === null) return 'expected NAME=value, found several words'
    return { name, value: null, quotes: 'none' }
  }
  const mark = scanner.text[scanner.offset]
  if (mark === "'" || mark === '"') return readQuoted(scanner, name, mark)
  return nulFree({ name, value: readUnquoted(equals.slice(1) + (take(scanner, UNQUOTED)?.[0] ?? '')), quotes: 'none' })
}

function readQuoted(scanner: Scanner, name: string, mark: "'" | '"'): Statement | string {
  const end = closingQuote(scanner.text, scanner.offset + 1, mark)
  if (end < 0) return `the quote ${mark} after ${quote(`${name}=`)} is not closed`
  const body = scanner.text.slice(scanner.offset + 1, end)
  advance(scanner, end + 1)
  if (take(scanner, AFTER_QUOTE) === null)
    return `expected the end of the line after the closing quote of ${quote(name)}`
  if (mark === "'") return nulFree({ name, value: body.replaceAll(String.raw`\'`, "'"), quotes: 'single' })
  return nulFree({ name, value: body.replaceAll(/\\(0[0-7]{3}|[^])/g, unescape), quotes: 'double' })
}

/** Those of a shell's `$'…'` that Compose knows (compose-go, dotenv/parser.go). */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
  ['$', '$$'],
])

function unescape(whole: string, character: string): string {
  if (character.length === 4) return String.fromCharCode(Number.parseInt(character, 8) & 0xff)
  return ESCAPES.get(character) ?? whole
}

/** A comment begins only after a blank: `a#b` is a value. */
function readUnquoted(rest: string): string {
  return rest
    .replace(/[ \t]#.*$/s, '')
    .trim()
    .replaceAll(String.raw`\$`, '$$$$')
}

function nulFree(statement: Statement): Statement | string {
  return statement.value?.includes('\0') === true
    ? `the value of ${quote(statement.name)} contains a NUL character`
    : statement
}
