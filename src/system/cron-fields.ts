/** One field of a cron expression (crontab(5)). */
interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Stand for the numbers from `from` on. */
  readonly names: readonly string[]
  /** What else is a value. */
  readonly special: RegExp | null
  /** The values, in words. */
  readonly allowed: string
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, names: [], special: null, allowed: '0 to 59' },
  { name: 'hour', from: 0, to: 23, names: [], special: null, allowed: '0 to 23' },
  {
    name: 'day',
    from: 1,
    to: 31,
    names: [],
    special: /^(?:L|(?:0?[1-9]|[12]\d|3[01])W)$/iu,
    allowed: '1 to 31, L (the last day), 15W (the working day nearest to the 15th)',
  },
  { name: 'month', from: 1, to: 12, names: MONTHS, special: null, allowed: '1 to 12, JAN to DEC' },
  {
    name: 'weekday',
    from: 0,
    to: 7,
    names: WEEKDAYS,
    special: /^(?:[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5L]$/iu,
    allowed: '0 to 7 (0 and 7 are Sunday), SUN to SAT, FRI#2 (the second of the month), FRI#L (the last)',
  },
]

/** More than every field spelt out as a list needs. */
const MAX_LENGTH = 500

/** Why a text is no cron expression, and what is allowed; null when it is one. */
export function cronRefusal(expression: string): string | null {
  if (expression.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`
  const words = expression.trim().split(/\s+/u)
  if (words.length === 1 && NICKNAMES.includes(expression.trim().toLowerCase())) return null
  if (words.length !== FIELDS.length) {
    const found = words[0]?.startsWith('@') === true || words[0] === '' ? '' : `, not ${words.length}`
    const names = FIELDS.map(({ name }) => name).join(' ')
    return `a cron expression has 5 fields (${names})${found}, or is one of ${NICKNAMES.join(', ')}`
  }
  for (const [index, field] of FIELDS.entries()) {
    for (const item of words[index]?.split(',') ?? []) {
      const refusal = itemRefusal(item, field)
      if (refusal !== null) return refusal
    }
  }
  return null
}

/** One item of a list: `*`, a value, a range, each of the last two with a step or without. */
function itemRefusal(item: string, field: Field): string | null {
  const { name, from, to, special, allowed } = field
  if (special?.test(item) === true) return null
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,3}))?$/u.exec(item) ?? []
  const bounds = range === '*' ? [from, to] : range.split('-').map((value) => valueOf(value, field))
  const [first, last = first] = bounds
  if (first === undefined || last === undefined || bounds.includes(undefined) || bounds.length > 2) {
    return `"${item}" is no ${name}; allowed are "*", ${allowed}, ranges (1-5), steps (*/2), and lists of these (1,3)`
  }
  if (first > last) return `"${item}" runs backwards; write it as two ranges: "${first}-${to},${from}-${last}"`
  return step === undefined ? null : stepRefusal(item, Number(step), field)
}

function stepRefusal(item: string, step: number, { name, from, to }: Field): string | null {
  if (!/[*-]/u.test(item)) return `"${item}" has a step but no range; write "${item.replace('/', `-${to}/`)}"`
  // A whole round: 0 and 7 are the same weekday.
  const most = name === 'weekday' ? to : to - from + 1
  return step >= 1 && step <= most ? null : `the step of "${item}" is not from 1 to ${most}, as for the ${name}`
}

function valueOf(text: string, { from, to, names }: Field): number | undefined {
  const index = names.indexOf(text.toUpperCase())
  const value = index === -1 ? (/^\d{1,2}$/u.test(text) ? Number(text) : Number.NaN) : from + index
  return value >= from && value <= to ? value : undefined
}
