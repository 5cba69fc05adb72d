import { mostTelling, type Problem } from '../../core/config/problem.ts'
import { listedUpTo } from '../../core/text/list.ts'
import type { Paint, Style } from './colour.ts'
import { drawExcerpt } from './excerpt.ts'
import { cut, escapeControls } from './text.ts'

/** Columns of a message that are shown, at most. */
const MAX_MESSAGE = 1000

/**
 * Problems for people: each with its place, its line and a caret, and in the end how many there are.
 *
 * @param sources The text of each file.
 * @returns Lines, each ended by a newline; nothing for no problems.
 */
export function renderProblems(
  problems: readonly Problem[],
  sources: ReadonlyMap<string, string>,
  paint: Paint,
): string {
  if (problems.length === 0) return ''
  const linesOf = new Map([...sources].map(([file, source]) => [file, source === '' ? [] : source.split(/\r?\n/)]))
  const shown = mostTelling(problems).map((problem) => renderProblem(problem, linesOf, paint))
  const more = problems.length - shown.length
  const rest = more > 0 ? [`… and ${more} more\n`] : []
  return [...shown, ...rest, `${countProblems(problems)}\n`].join('\n')
}

/** `2 errors, 1 warning`. */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length
  return [count(errors, 'error'), count(problems.length - errors, 'warning')].filter((text) => text !== '').join(', ')
}

function count(number: number, noun: string): string {
  if (number === 0) return ''
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}

/** A problem without its picture: `services.yaml:3:5: services.web.user: …`. */
export function problemOnOneLine(problem: Problem): string {
  const { file, line, column } = problem.place
  return [headOf(problem, escapeControls(`${file}:${line}:${column}:`)), ...notesOn(problem)].join('; ')
}

function headOf({ path, message }: Problem, where: string): string {
  return [where, ...(path === '' ? [] : [`${clip(path)}:`]), clip(message)].join(' ')
}

function renderProblem(problem: Problem, linesOf: ReadonlyMap<string, readonly string[]>, paint: Paint): string {
  const { place, severity } = problem
  const lines = linesOf.get(place.file) ?? []
  const where = lines.length === 0 ? place.file : `${place.file}:${place.line}:${place.column}`
  const label = severity === 'warning' ? ` ${paint('yellow', 'warning:')}` : ''
  const head = `${headOf(problem, `${paint('bold', `${escapeControls(where)}:`)}${label}`)}\n`
  const number = String(place.line)
  const margin = ' '.repeat(number.length)
  const notes = notesOn(problem).map((note) => `  ${margin} = ${note}\n`)
  const line = lines[place.line - 1]
  if (line === undefined) return [head, ...notes].join('')
  const { text, carets } = drawExcerpt(line, place)
  const picture = `  ${number} | ${text}\n  ${margin} | ${paint(STYLES[severity], carets)}\n`
  return [head, picture, ...notes].join('')
}

/** Names of variables and paths that are shown, at most. */
const MAX_NAMES = 3

/** Whose value it is, for whoever gave that and has never seen the file; and where else it is wrong. */
function notesOn({ variables = [], also = [] }: Problem): readonly string[] {
  const names = variables.map((name) => `"${name}"`)
  const noun = names.length === 1 ? 'variable' : 'variables'
  const notes = [
    ...(names.length === 0 ? [] : [`this comes from the ${noun} ${listedUpTo(MAX_NAMES, names)} of the environment`]),
    ...(also.length === 0 ? [] : [`the same goes for ${listedUpTo(MAX_NAMES, also)}`]),
  ]
  return notes.map(clip)
}

function clip(text: string): string {
  return cut(escapeControls(text), MAX_MESSAGE)
}

const STYLES: Readonly<Record<Problem['severity'], Style>> = { error: 'red', warning: 'yellow' }
