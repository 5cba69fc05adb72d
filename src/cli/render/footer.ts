import type { Paint } from './colour.ts'
import { cut, escapeControls, wrap } from './text.ts'

/** What stands at the bottom of what is shown live. */
export interface Footer {
  /** Such as `q quits`; none when nobody can press any. */
  readonly keys: readonly string[]
  readonly notes: readonly string[]
  /** Of what is shown, ms since 1970. */
  readonly today: number
  /** Why it is no newer; null when it is. */
  readonly trouble: string | null
  readonly width: number
  readonly paint: Paint
}

const TROUBLE_LINES = 2

/** Keys, notes and the time; in place of them, what is wrong. */
export function footerLines({ keys, notes, today, trouble, width, paint }: Footer): readonly string[] {
  const time = timeOfDay(today)
  if (trouble === null) return [paint('dim', cut([...keys, ...notes, time].join('   '), width))]
  const text = `No answer since ${time}, asking on: ${escapeControls(trouble)}`
  return wrap(text, width, TROUBLE_LINES).map((line) => paint('red', line))
}

/** Where whoever looks is. */
function timeOfDay(today: number): string {
  const date = new Date(today)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
