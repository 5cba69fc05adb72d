import { isScalar, Composer, Lexer, Parser, type CST, type Document, type ParsedNode, type YAMLError } from 'yaml'
import type { ProblemCode } from '../core/config/problem.ts'
import { explainSyntax } from './yaml-syntax.ts'
import { isKnownTag, retypeTagged } from './yaml-tags.ts'

/** Collections inside of each other, at most; a real file has about ten. */
const MAX_DEPTH = 100
/** Lexical tokens, at most: about 30,000 lines. What the parser makes of more takes seconds. */
const MAX_TOKENS = 200_000
/** Mistakes of syntax that are told, at most: one of them often draws others after it. */
const MAX_FAULTS = 10

/** A mistake in the text, from the offset `start` up to `end`. */
export interface Fault {
  readonly code: ProblemCode
  readonly start: number
  readonly end: number
  readonly message: string
}

/** The parser's nodes of one document: null when there is nothing that can be used, and then a fault says why. */
export interface YamlDocument {
  readonly root: ParsedNode | null
  readonly faults: readonly Fault[]
}

/**
 * Parses YAML 1.2 with bounded effort, whatever the text.
 *
 * The bounds have to hold before nodes are composed: the composer recurses, and a regular expression that V8 compiles
 * near the end of the stack ends the process ("RegExpCompiler Allocation failed", seen at a depth of 100,000).
 */
export function composeYaml(source: string): YamlDocument {
  const { tokens, fault } = tokenize(source)
  if (fault !== null) return { root: null, faults: [fault] }
  const second = tokens.filter((token) => token.type === 'document')[1]
  if (second !== undefined) return { root: null, faults: [secondDocument(second.offset)] }
  const document = withoutStacks(() => compose(tokens, source.length))
  return document === undefined ? { root: null, faults: [EMPTY] } : judge(document, source)
}

function compose(tokens: readonly CST.Token[], size: number): Document.Parsed | undefined {
  // Duplicate keys are found later, since the composer's own search takes quadratic time.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, schema: 'core', resolveKnownTags: false })
  return composer.compose(tokens, true, size).next().value ?? undefined
}

/** Each fault becomes an error object: 400,000 bad escapes took 2.3 s with their stacks, 0.3 s without. */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = limit
  }
}

interface Tokens {
  readonly tokens: readonly CST.Token[]
  readonly fault: Fault | null
}

function tokenize(source: string): Tokens {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let count = 0
  let errors = 0
  let previous = ''
  for (const lexeme of new Lexer().lex(source)) {
    const start = parser.offset
    for (const token of parser.next(lexeme)) {
      tokens.push(token)
      // Each one would become an error object: enough of them take seconds.
      if (token.type === 'error' && ++errors >= MAX_FAULTS) return { tokens, fault: null }
    }
    const limit = overLimit(parser.stack.length, ++count) ?? openQuote(lexeme, previous)
    if (limit !== null) return { tokens, fault: { ...limit, start, end: start + 1 } }
    previous = lexeme
  }
  tokens.push(...parser.end())
  return { tokens, fault: null }
}

type Finding = Pick<Fault, 'code' | 'message'>

function overLimit(depth: number, count: number): Finding | null {
  if (depth > MAX_DEPTH)
    return { code: 'yaml-too-large', message: `nested too deeply: at most ${MAX_DEPTH} levels are read` }
  if (count > MAX_TOKENS)
    return { code: 'yaml-too-large', message: `too much in one file: at most ${MAX_TOKENS} YAML tokens are read` }
  return null
}

/** The lexer marks unquoted text by a U+001F before it; a quote that stays open runs to the end of the file. */
function openQuote(lexeme: string, previous: string): Finding | null {
  const quote = lexeme.at(0)
  if ((quote !== '"' && quote !== "'") || previous === '\u001f') return null
  if (lexeme.length > 1 && lexeme.endsWith(quote)) return null
  return { code: 'yaml-syntax', message: 'this quote is never closed' }
}

function secondDocument(start: number): Fault {
  const message = 'a second document begins here, but one file holds one; remove the "---" before it'
  return { code: 'yaml-syntax', start, end: start + 3, message }
}

function judge(document: Document.Parsed, source: string): YamlDocument {
  const { errors, warnings } = document
  // An unknown tag is a mere warning to the parser; the value would be something else than it says.
  const tags = warnings.filter((warning) => warning.code === 'TAG_RESOLVE_FAILED')
  const unknown = tags.filter((warning) => !isKnownTag(warning))
  if (unknown.length < tags.length) retypeTagged(document)
  const faults = [...errors, ...unknown]
    .toSorted((a, b) => a.pos[0] - b.pos[0])
    .filter((error, index, all) => error.pos[0] !== all[index - 1]?.pos[0])
    .slice(0, MAX_FAULTS)
    .map((error) => toFault(error, source))
  if (errors.length > 0) return { root: null, faults }
  const root = document.contents
  return isEmpty(root) ? { root: null, faults: [EMPTY] } : { root, faults }
}

const EMPTY: Fault = {
  code: 'missing-key',
  start: 0,
  end: 0,
  message: 'there is nothing in the file; it needs at least "services:" and a service below it',
}

function isEmpty(root: ParsedNode | null): boolean {
  return root === null || (isScalar(root) && root.source === '' && root.type === 'PLAIN')
}

function toFault(error: YAMLError, source: string): Fault {
  const [start, end] = error.pos
  const found = source.slice(start, Math.min(end, start + 40))
  const message = explainSyntax(error, found)
  if (error.code !== 'BAD_INDENT' || found.trim() !== '') return { code: 'yaml-syntax', start, end, message }
  // It points at the line's start; people look for the mistake where the text begins.
  const text = start + source.slice(start).search(/[^ ]|$/)
  return { code: 'yaml-syntax', start: text, end: text + 1, message }
}
