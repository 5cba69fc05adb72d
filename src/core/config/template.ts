/** References inside of references, at most; people nest two. */
const MAX_DEPTH = 20
/** Mistakes told of one text, at most. */
const MAX_FAULTS = 100

/** A text with `${…}` in it, taken apart. */
export type Template = readonly Part[]

/** Literal text, or a reference to a variable. */
type Part = { readonly kind: 'text'; readonly text: string } | Reference

/** `${name}`, or `${name<operator>word}`; `offset` is that of its dollar sign. */
export interface Reference {
  readonly kind: 'reference'
  readonly offset: number
  readonly name: string
  readonly operator: Operator | null
  readonly word: Template
}

/** The operators of Compose, which are those of sh(1); with `:` an empty variable counts as unset. */
type Operator = ':-' | '-' | ':?' | '?' | ':+' | '+'

/** A mistake at the offset, over some characters. */
export interface TemplateFault {
  readonly offset: number
  readonly length: number
  readonly message: string
  /** The same for a text that is a secret, where the message has a part of it. */
  readonly discreet?: string
}

/** `script`: what Compose's grammar does not know belongs to the shell. `env-file`: a bare `$NAME` is a reference. */
export type Dialect = 'value' | 'script' | 'env-file'

/**
 * Takes a text apart: `$$` is a dollar sign, `${…}` a reference, and a `$` before anything else is itself.
 *
 * In a `value` a bare `$NAME` and an unknown form in `${…}` are faults; in a `script` they stay as they are.
 * In an environment file a bare `$NAME` is a reference, as in Compose.
 */
export function parseTemplate(
  text: string,
  dialect: Dialect,
): { template: Template; faults: readonly TemplateFault[] } {
  const parser: Parser = { text, dialect, faults: [], position: 0 }
  const template = parseParts(parser, 0)
  return { template, faults: parser.faults }
}

interface Parser {
  readonly text: string
  readonly dialect: Dialect
  readonly faults: TemplateFault[]
  position: number
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const OPERATOR = /:?[-?+]/y
/** What can be taken as it is, at the top and in a word, which ends at the brace that closes it. */
const PLAIN = /[^$]+/y
const PLAIN_WORD = /[^${}]+/y

const LITERAL = 'write "$${" for a literal "${"'
const BARE = 'a "$" before a name is not replaced; write "${NAME}" for a variable, or "$$" for a literal dollar sign'
const UNCLOSED = `a "}" is missing to close this; ${LITERAL}`
const NAMELESS = `a variable's name has to follow, as in "\${NAME}"; ${LITERAL}`
const UNKNOWN =
  'no such form; there are "${NAME}", "${NAME:-default}", "${NAME:?message}", "${NAME:+other}", ' +
  `and the last three without ":"; ${LITERAL}`

/** Reads up to the end, or, inside of a reference, up to the brace that closes it. */
function parseParts(parser: Parser, depth: number): Template {
  const parts: Part[] = []
  let braces = 0
  for (;;) {
    const plain = take(parser, depth === 0 ? PLAIN : PLAIN_WORD)
    if (plain !== null) parts.push({ kind: 'text', text: plain })
    const character = parser.text[parser.position]
    if (character === undefined) return parts
    if (character === '$') {
      parts.push(parseDollar(parser, depth))
      continue
    }
    // Braces of the word itself, as in "${LIMITS:-{}}", come in pairs (compose-go, template.go).
    if (character === '}' && braces === 0) return parts
    braces += character === '{' ? 1 : -1
    parts.push({ kind: 'text', text: character })
    parser.position += 1
  }
}

function parseDollar(parser: Parser, depth: number): Part {
  const offset = parser.position
  const next = parser.text[offset + 1] ?? ''
  if (next === '$') {
    parser.position += 2
    return { kind: 'text', text: '$' }
  }
  if (next === '{') return parseReference(parser, offset, depth)
  parser.position += 1
  const name = peek(parser, NAME)
  if (name !== null && parser.dialect === 'env-file') {
    parser.position += name.length
    return { kind: 'reference', offset, name, operator: null, word: [] }
  }
  if (name !== null && parser.dialect === 'value') {
    const message = `"$${name}" is not replaced; write "\${${name}}", or "$$${name}" for a literal dollar sign`
    tell(parser, { offset, length: name.length + 1, message, discreet: BARE })
  }
  return { kind: 'text', text: '$' }
}

function parseReference(parser: Parser, offset: number, depth: number): Part {
  if (depth >= MAX_DEPTH) return nestedTooDeeply(parser, offset)
  parser.position = offset + 2
  const name = take(parser, NAME)
  const operator = name === null ? null : (take(parser, OPERATOR) as Operator | null)
  if (name === null || (operator === null && parser.text[parser.position] !== '}')) return unknownForm(parser, offset)
  const word = operator === null ? [] : parseParts(parser, depth + 1)
  if (parser.text[parser.position] !== '}') return unclosed(parser, offset)
  parser.position += 1
  return { kind: 'reference', offset, name, operator, word }
}

function nestedTooDeeply(parser: Parser, offset: number): Part {
  tell(parser, { offset, length: 2, message: `nested too deeply: at most ${MAX_DEPTH} levels of "\${" are read` })
  parser.position = parser.text.length
  return { kind: 'text', text: '' }
}

/** The dollar sign is taken as text; what follows is read as usual, so that mistakes in it are told too. */
function unknownForm(parser: Parser, offset: number): Part {
  const read = parser.position - offset
  const ended = parser.position === parser.text.length
  parser.position = offset + 1
  if (ended) tell(parser, { offset, length: 2, message: UNCLOSED })
  else if (parser.dialect !== 'script') tell(parser, { offset, length: read, message: read === 2 ? NAMELESS : UNKNOWN })
  return { kind: 'text', text: '$' }
}

/** Of several that are open at the end only the innermost is told. */
function unclosed(parser: Parser, offset: number): Part {
  const last = parser.faults.at(-1)
  if (last === undefined || last.offset < offset) tell(parser, { offset, length: 2, message: UNCLOSED })
  return { kind: 'text', text: '' }
}

function tell(parser: Parser, fault: TemplateFault): void {
  if (parser.faults.length < MAX_FAULTS) parser.faults.push(fault)
}

function take(parser: Parser, pattern: RegExp): string | null {
  const found = peek(parser, pattern)
  parser.position += found?.length ?? 0
  return found
}

function peek(parser: Parser, pattern: RegExp): string | null {
  pattern.lastIndex = parser.position
  return pattern.exec(parser.text)?.[0] ?? null
}
