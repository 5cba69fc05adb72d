import { quote } from '../../text/quote.ts'
import { DURATION_PATTERN, LONGEST_MS, parseDuration } from '../duration.ts'
import { parseSignal, SIGNAL_NAMES, type SignalName } from '../signal.ts'
import type { Scalar } from '../tree.ts'
import { inWords, type Form, type NumberForm, type TextForm } from './form.ts'
import { convert, describeTree, hintAt, report, reportWrongType, type At, type Shape } from './shape.ts'

/** Any text; numbers and booleans are taken as they are written. */
export function text(words: string): Shape<string> {
  return scalar({ kind: 'text', words, pattern: null, also: ['number', 'boolean'] }, (found) => found)
}

/** Text that is not empty. */
export function filled(words: string): Shape<string> {
  return scalar({ kind: 'text', words, pattern: String.raw`[\s\S]`, also: ['number', 'boolean'] }, (found) => found)
}

/** Text that matches a pattern. */
export function matching(words: string, pattern: string, also: TextForm['also'] = []): Shape<string> {
  return scalar({ kind: 'text', words, pattern, also }, (found) => found)
}

/**
 * A scalar by its text, which is also how interpolated values arrive.
 *
 * `parse` reports what it refuses and gives undefined for it.
 */
export function scalar<T>(form: Form, parse: (text: string, at: At) => T | undefined): Shape<T> {
  const pattern = form.kind === 'text' && form.pattern !== null ? new RegExp(form.pattern, 'u') : null
  return {
    form,
    read: (at) => {
      if (at.tree.kind !== 'scalar' || !takes(form, at.tree.value)) return reportWrongType(at, form)
      const found = at.tree.text
      if (found.includes('\0')) return report(at, 'bad-value', 'it contains a NUL character, which no program takes')
      if (pattern?.test(found) === false) return reportBadValue(at, form)
      return parse(found, at)
    },
  }
}

function takes(form: Form, value: Scalar['value']): boolean {
  if (value === null || form.kind !== 'text' || typeof value === 'string') return value !== null
  return form.also.some((type) => (type === 'integer' ? Number.isInteger(value) : typeof value === type))
}

/** Reports a scalar that isn't what the form says. */
export function reportBadValue(at: At, form: Form, hint = ''): undefined {
  return report(at, 'bad-value', `expected ${inWords(form)}, found ${describeTree(at.tree)}${hint}`)
}

/** null, as YAML's `~` or nothing at all. */
export const NOTHING: Shape<null> = {
  form: { kind: 'nothing' },
  read: (at) => (at.tree.kind === 'scalar' && at.tree.value === null ? null : reportWrongType(at, { kind: 'nothing' })),
}

const SPELLINGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

const BOOLEAN_FORM: Form = { kind: 'boolean', spellings: [...SPELLINGS.keys()] }

/** true or false; from the environment also yes, no, on, off, 1 and 0, and of several words each has to be true. */
export const BOOLEAN: Shape<boolean> = scalar(BOOLEAN_FORM, (found, at) => {
  const isFilled = at.tree.kind === 'scalar' && at.tree.filledFrom !== undefined
  const words = isFilled ? found.trim().split(/\s+/) : [found]
  const meant = new Set(words.map((word) => SPELLINGS.get(word.toLowerCase())))
  return meant.has(undefined) ? reportBadValue(at, BOOLEAN_FORM) : !meant.has(false)
})

/** One of a few words. */
export function choice<const T extends string>(values: readonly T[]): Shape<T> {
  const form: Form = { kind: 'choice', values }
  return scalar(form, (found, at) => {
    const value = values.find((candidate) => candidate === found)
    if (value !== undefined) return value
    return reportBadValue(at, form, hintAt(at, found, values))
  })
}

const NUMERAL = /^-?(?:\d+(?:\.\d+)?|\.\d+)$/

/** A whole number in a range. */
export function whole(words: string, minimum: number, maximum: number | null = null): Shape<number> {
  return number({ kind: 'number', words, whole: 'whole', minimum, maximum })
}

/** As wait(2) gives it. */
export const EXIT_CODE: Shape<number> = whole('an exit code from 0 to 255', 0, 255)

/** A number in a range. */
export function number(form: NumberForm): Shape<number> {
  return scalar(form, (found, at) => {
    const typed = at.tree.kind === 'scalar' && typeof at.tree.value === 'number' ? at.tree.value : null
    const value = typed ?? (NUMERAL.test(found) ? Number(found) : Number.NaN)
    const fits = Number.isFinite(value) && value >= form.minimum && value <= (form.maximum ?? Number.MAX_SAFE_INTEGER)
    return fits && (form.whole === 'fraction' || Number.isInteger(value)) ? value : reportBadValue(at, form)
  })
}

const DURATION_FORM: TextForm = {
  kind: 'text',
  words: 'a duration such as "1m30s" or "250ms"',
  pattern: DURATION_PATTERN,
  also: [],
}

/** A time span in milliseconds; zero is one. */
export const DURATION: Shape<number> = {
  form: DURATION_FORM,
  read: (at) => (isBareNumber(at) ? reportBareNumber(at) : DURATION_TEXT.read(at)),
}

const DURATION_TEXT = scalar(DURATION_FORM, (found, at) => {
  const ms = parseDuration(found)
  if (ms === null) return reportBadValue(at, DURATION_FORM)
  return ms <= LONGEST_MS ? ms : report(at, 'bad-value', `${quote(found)} is too long; at most "596h" is possible`)
})

function isBareNumber(at: At): boolean {
  return at.tree.kind === 'scalar' && NUMERAL.test(at.tree.text)
}

function reportBareNumber(at: At): undefined {
  const seconds = at.tree.kind === 'scalar' ? at.tree.text : ''
  return reportBadValue(at, DURATION_FORM, `; a bare number is no duration, write "${seconds}s"`)
}

/** A time span longer than nothing. */
export const POSITIVE_DURATION: Shape<number> = convert(DURATION, (ms, at) =>
  ms > 0 ? ms : report(at, 'bad-value', `expected a duration longer than nothing, found ${describeTree(at.tree)}`),
)

const SHORT_SIGNAL = SIGNAL_NAMES.map((name) => name.slice(3))
  .map((name) => name.replaceAll(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`))
  .join('|')
const SIGNAL_FORM: Form = {
  kind: 'either',
  forms: [
    { kind: 'choice', values: SIGNAL_NAMES },
    { kind: 'number', words: 'a signal number', whole: 'whole', minimum: 1, maximum: 31 },
    { kind: 'text', words: 'a signal', pattern: `^(?:[Ss][Ii][Gg])?(?:${SHORT_SIGNAL})$`, also: [] },
  ],
}

/** A signal: `SIGTERM`, `TERM` or `15`. */
export const SIGNAL: Shape<SignalName> = {
  form: SIGNAL_FORM,
  read: (at) => SIGNAL_TEXT.read(at),
}

const SIGNAL_TEXT = scalar(
  { kind: 'text', words: 'a signal such as "SIGTERM"', pattern: null, also: ['integer'] },
  readSignal,
)

function readSignal(found: string, at: At): SignalName | undefined {
  const signal = parseSignal(found)
  if (signal !== null) return signal
  const known = [...SIGNAL_NAMES, ...SIGNAL_NAMES.map((name) => name.slice(3))]
  const hint = hintAt(at, found, known)
  return report(at, 'bad-value', `expected a signal such as "SIGTERM", found ${describeTree(at.tree)}${hint}`)
}
