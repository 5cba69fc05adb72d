import { mostTelling, type Problem } from '../../core/config/problem.ts'
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

function renderProblem(problem: Problem, linesOf: ReadonlyMap<string, readonly string[]>, paint: Paint): string {
  const { place, severity } = problem
  const lines = linesOf.get(place.file) ?? []
  const where = lines.length === 0 ? place.file : `${place.file}:${place.line}:${place.column}`
  const label = severity === 'warning' ? ` ${paint('yellow', 'warning:')}` : ''
  const path = problem.path === '' ? '' : ` ${clip(problem.path)}:`
  const head = `${paint('bold', `${escapeControls(where)}:`)}${label}${path} ${clip(problem.message)}\n`
  const line = lines[place.line - 1]
  if (line === undefined) return head
  const { text, carets } = drawExcerpt(line, place)
  const number = String(place.line)
  const margin = ' '.repeat(number.length)
  return `${head}  ${number} | ${text}\n  ${margin} | ${paint(STYLES[severity], carets)}\n`
}

function clip(text: string): string {
  return cut(escapeControls(text), MAX_MESSAGE)
}

const STYLES: Readonly<Record<Problem['severity'], Style>> = { error: 'red', warning: 'yellow' }
