import { onOneLine, quote } from '../text/quote.ts'
import { didYouMean } from '../text/suggest.ts'
import { parseSignal, type SignalName } from '../config/signal.ts'
import type { RawRequest } from './exchange.ts'
import { isGlob } from './names.ts'

/**
 * Globs in one list at most: each is held against the name of every service. 1,400 fit into a query, and took half a
 * second of 2,000 services, in which nobody else was heard.
 */
const MAX_GLOBS = 64

/** What may stand in a field. */
export type FieldKind =
  | { readonly kind: 'names' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly most: number }
  | { readonly kind: 'word'; readonly allowed: readonly string[] }
  /** A name such as `SIGTERM` or `TERM`, or a number as text. */
  | { readonly kind: 'signal' }

/** Checked fields by name; what was not given, or given as null, is null or no names at all. */
export interface Fields {
  readonly names: (field: string) => readonly string[]
  readonly boolean: (field: string) => boolean | null
  readonly integer: (field: string) => number | null
  readonly word: (field: string) => string | null
  readonly signal: (field: string) => SignalName | null
}

/** The fields, or why they are refused. */
export type ParsedFields = { readonly fields: Fields } | { readonly refusal: string }

type Kinds = ReadonlyMap<string, FieldKind>

/** Reads the fields of a query: lists are repeated keys, everything is text. */
export function parseQuery(query: RawRequest['query'], kinds: Kinds): ParsedFields {
  const values = new Map<string, unknown>()
  for (const [key, text] of query) {
    const before = values.get(key)
    if (kinds.get(key)?.kind === 'names') values.set(key, [...(Array.isArray(before) ? before : []), text])
    else if (before !== undefined) return { refusal: `${quote(key)} is given twice` }
    else values.set(key, fromText(text, kinds.get(key)))
  }
  return checked(values, kinds)
}

/** Reads the fields of a JSON body; an empty body has none. */
export function parseBody({ path, body }: RawRequest, kinds: Kinds): ParsedFields {
  if (body.trim() === '') return checked(new Map(), kinds)
  let document: unknown = null
  try {
    document = JSON.parse(body)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { refusal: onOneLine(`cannot read the body of ${path}: ${error.message}`) }
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return { refusal: `cannot read the body of ${path}: it must be a JSON object` }
  }
  const twice = keyGivenTwice(body)
  if (twice !== null) return { refusal: `${twice} is given twice` }
  return checked(new Map(Object.entries(document)), kinds)
}

/**
 * JSON.parse takes the last of several; others take the first (RFC 8259, section 4), and who looked at the request before
 * us may be one of them.
 *
 * @param object A JSON object.
 * @returns One of its own keys that stands there twice, quoted.
 */
function keyGivenTwice(object: string): string | null {
  const seen = new Set<string>()
  let depth = 0
  for (const [token, key] of object.matchAll(/[{}[\]]|("(?:[^"\\]|\\.)*")(?:\s*:)?/gu)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    if (key === undefined || depth !== 1 || !token.endsWith(':')) continue
    const name = String(JSON.parse(key))
    if (seen.has(name)) return quote(name)
    seen.add(name)
  }
  return null
}

/** A query's text as what JSON would have had in its place. */
function fromText(text: string, kind: FieldKind | undefined): unknown {
  if (kind?.kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if (kind?.kind === 'integer' && /^\d{1,15}$/u.test(text)) return Number(text)
  return text
}

function checked(values: ReadonlyMap<string, unknown>, kinds: Kinds): ParsedFields {
  for (const [field, value] of values) {
    const kind = kinds.get(field)
    if (kind === undefined) return { refusal: unknownField(field, [...kinds.keys()]) }
    if (value !== null && !fits(value, kind)) {
      return { refusal: `"${field}" ${found(value, kind)}; it must be ${allowed(kind)}` }
    }
    const globs = Array.isArray(value) ? value.filter(isGlob).length : 0
    if (globs > MAX_GLOBS) return { refusal: `"${field}" holds ${globs} globs; at most ${MAX_GLOBS} can be asked for` }
  }
  const value = (field: string): unknown => values.get(field) ?? null
  // The casts hold because `fits` has checked each field against its kind; a route asks for fields as it declares them.
  return {
    fields: {
      names: (field) => (value(field) ?? []) as readonly string[],
      boolean: (field) => value(field) as boolean | null,
      integer: (field) => value(field) as number | null,
      word: (field) => value(field) as string | null,
      signal: (field) => parseSignal(String(value(field))),
    },
  }
}

function fits(value: unknown, kind: FieldKind): boolean {
  switch (kind.kind) {
    case 'names':
      return Array.isArray(value) && value.every(isName)
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= kind.most
    case 'word':
      return typeof value === 'string' && kind.allowed.includes(value)
    case 'signal':
      return typeof value === 'string' && parseSignal(value) !== null
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function allowed(kind: FieldKind): string {
  switch (kind.kind) {
    case 'names':
      return 'a list of names, none of them empty'
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `a whole number from 0 to ${kind.most}`
    case 'word':
      return `one of ${kind.allowed.map((word) => `"${word}"`).join(', ')}`
    case 'signal':
      return 'a signal such as "USR1", "SIGUSR1" or "10"'
  }
}

function unknownField(field: string, known: readonly string[]): string {
  if (known.length === 0) return `unknown field ${quote(field)}; there are none here`
  const all = known.map((name) => `"${name}"`).join(', ')
  return `unknown field ${quote(field)}; there are ${all}${didYouMean(field, known)}`
}

/** What a field holds that it must not; of a list, the first item that does not belong there. */
function found(value: unknown, kind: FieldKind): string {
  if (kind.kind !== 'names' || !Array.isArray(value)) return `is ${shown(value)}`
  return `holds ${shown(value.find((name) => !isName(name)))}`
}

/** A list or an object only by its kind: one that is 20,000 deep overflows the stack of JSON.stringify. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'a list' : 'an object'
}
