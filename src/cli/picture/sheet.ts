import { element, text } from './xml.ts'

/** A rule of a style sheet: a selector, and declarations on light and on dark ground. */
export interface Rule {
  readonly selector: string
  readonly light: string
  /** Absent: the same. */
  readonly dark?: string
}

/** What is drawn on. */
export interface Sheet {
  readonly width: number
  readonly height: number
  /** For those who cannot see it. */
  readonly title: string
  readonly rules: readonly Rule[]
}

/** No font is sent along: these are there, or the last one stands for what is. */
const FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

const COMMON: readonly Rule[] = [
  { selector: '.ground', light: 'fill:#ffffff', dark: 'fill:#0d1117' },
  { selector: 'text', light: 'fill:#1f2328', dark: 'fill:#e6edf3' },
  { selector: '.muted', light: 'fill:#59636e', dark: 'fill:#9198a1' },
  { selector: '.bold', light: 'font-weight:600' },
]

/**
 * A whole picture, in one file that needs nothing else: with its own ground, and dark where the reader's is. Colours are
 * written out for each, since not all that draws SVG knows variables.
 */
export function sheet({ width, height, title, rules }: Sheet, ...content: readonly string[]): string {
  const all = [...COMMON, ...rules]
  const light = all.map((rule) => `${rule.selector}{${rule.light}}`).join('')
  const dark = all.flatMap((rule) => (rule.dark === undefined ? [] : [`${rule.selector}{${rule.dark}}`])).join('')
  const picture = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: Math.ceil(width),
      height: Math.ceil(height),
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      role: 'img',
      'font-family': FONTS,
    },
    element('title', {}, text(title)),
    element('style', {}, `${light}@media (prefers-color-scheme:dark){${dark}}`),
    element('rect', { class: 'ground', width: '100%', height: '100%', rx: 10 }),
    ...content,
  )
  return `${picture}\n`
}

/** A line of text whose baseline begins at a point. */
export function label(at: { readonly x: number; readonly y: number }, content: string, look: LabelLook): string {
  const { size, className, anchor } = look
  const more = {
    ...(className !== undefined && { class: className }),
    ...(anchor !== undefined && { 'text-anchor': anchor }),
  }
  return element('text', { x: at.x, y: at.y, 'font-size': size, ...more }, text(content))
}

/** How a line of text looks. */
export interface LabelLook {
  readonly size: number
  readonly className?: string
  readonly anchor?: 'middle' | 'end'
}
