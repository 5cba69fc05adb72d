/** How often a part may be repeated by a number, nested repetitions multiplied: what V8's linear engine takes. */
const MAX_REPETITION = 16
/** Characters with all repetitions written out: each may cost a step for each character of a line, of 64 KiB. */
const MAX_SIZE = 250
/** That engine carries what they capture through each of its steps. */
const MAX_CAPTURES = 10

const FOR_EVER = 'one line could stop the supervisor for ever'

/**
 * Why an expression, a valid one of JavaScript without flags, could keep the supervisor from all else; null when not.
 *
 * V8 goes on in its linear engine where an expression backtracks too much, but only with one that this engine can do,
 * which is told by CanBeHandledVisitor in V8's src/regexp/experimental/experimental.cc; this is the narrowest of all
 * versions, that of Node 20.
 */
export function regexpRefusal(source: string): string | null {
  const group: Group = { size: 0, repetition: 1, last: NOTHING }
  const scanner: Scanner = { source, offset: 0, open: [], group, captures: 0 }
  while (scanner.offset < source.length) {
    const why = scanPart(scanner)
    if (why !== null) return why
  }
  settle(scanner.group)
  const { captures, group: whole } = scanner
  if (captures > MAX_CAPTURES) {
    return `cannot capture ${captures} groups: at most ${MAX_CAPTURES} are possible; write "(?:" instead of "("`
  }
  if (whole.size <= MAX_SIZE) return null
  const length = `with its repetitions written out it is ${whole.size} characters long, at most ${MAX_SIZE} are possible`
  return `cannot match so much: ${length}; compare with less of the line`
}

/** A part of an expression: its length with repetitions written out, and how often something in it is repeated. */
interface Part {
  readonly size: number
  readonly repetition: number
}

/** A group that is open; `last` is what a quantifier would repeat. */
interface Group {
  size: number
  repetition: number
  last: Part
}

interface Scanner {
  readonly source: string
  offset: number
  readonly open: Group[]
  group: Group
  captures: number
}

const NOTHING: Part = { size: 0, repetition: 1 }

const BACK_REFERENCE = /\\[1-9k]/y
const LOOK_AROUND = /\(\?<?[=!]/y
const OPENING = /\((?:\?(?::|<[^>]*>))?/y
const FLAGS = /\(\?[^:]?/y
const QUANTIFIER = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y
/** `[]` and `[^]` are whole classes; a `]` behind a backslash ends none. */
const CLASS = /\[(?:\\[^]|[^\]\\])*\]/y
const ATOM = /\\[^]|[^]/y

function scanPart(scanner: Scanner): string | null {
  const back = take(scanner, BACK_REFERENCE)
  if (back !== null) return `cannot refer back with "${back[0]}": ${FOR_EVER}; write the pattern out a second time`
  const around = take(scanner, LOOK_AROUND)
  if (around !== null) {
    return `cannot look ahead or behind with "${around[0]}": ${FOR_EVER}; match that text too, as in ".*"`
  }
  const opening = take(scanner, OPENING)
  if (opening !== null) return open(scanner, opening[0])
  const quantifier = take(scanner, QUANTIFIER)
  if (quantifier !== null) return repeat(scanner.group, quantifier)
  const atom = (take(scanner, CLASS) ?? take(scanner, ATOM))?.[0] ?? ''
  if (atom === ')') close(scanner)
  else add(scanner.group, { size: atom.length, repetition: 1 })
  return null
}

function take(scanner: Scanner, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = scanner.offset
  const found = pattern.exec(scanner.source)
  scanner.offset += found?.[0].length ?? 0
  return found
}

function open(scanner: Scanner, mark: string): string | null {
  const flags = mark === '(' ? take({ ...scanner, offset: scanner.offset - 1 }, FLAGS) : null
  if (flags !== null) {
    return `cannot change flags with "${flags[0]}": ${FOR_EVER}; write both cases, as in "[Rr]eady"`
  }
  if (mark !== '(?:') scanner.captures += 1
  scanner.open.push(scanner.group)
  scanner.group = { size: 0, repetition: 1, last: NOTHING }
  return null
}

function close(scanner: Scanner): void {
  const inner = scanner.group
  settle(inner)
  scanner.group = scanner.open.pop() ?? inner
  add(scanner.group, { size: inner.size + 1, repetition: inner.repetition })
}

function add(group: Group, part: Part): void {
  settle(group)
  group.last = part
}

function settle(group: Group): void {
  group.size += group.last.size
  group.repetition = Math.max(group.repetition, group.last.repetition)
  group.last = NOTHING
}

function repeat(group: Group, [whole, mark, least, comma, most]: RegExpExecArray): string | null {
  const times = mark === undefined ? timesOf(Number(least), comma === '' ? least : most) : mark === '+' ? 2 : 1
  const { size, repetition } = group.last
  group.last = { size: size * times, repetition: repetition * times }
  if (group.last.repetition <= MAX_REPETITION) return null
  const nested = times > MAX_REPETITION ? '' : ', those inside included'
  const count = `at most ${MAX_REPETITION} repetitions are possible${nested}`
  return `cannot repeat with "${whole}": ${count}, since ${FOR_EVER}; use "*" or "+" alone, or repeat less`
}

/** How often the engine writes the part out. */
function timesOf(least: number, most: string | undefined): number {
  return most === '' || most === undefined ? least + 1 : Math.max(1, Number(most))
}
