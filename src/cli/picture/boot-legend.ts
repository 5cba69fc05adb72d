import type { BarKind, BootRow } from './boot-rows.ts'
import type { Entry } from './legend.ts'
import type { Rule } from './sheet.ts'
import { element } from './xml.ts'

/** How the parts of a chart look. */
export const BAR_RULES: readonly Rule[] = [
  { selector: '.grid', light: 'stroke:#d8dee4;fill:none', dark: 'stroke:#21262d' },
  { selector: '.launcher', light: 'fill:#8c959f', dark: 'fill:#6e7681' },
  { selector: '.supervisor', light: 'fill:#57606a', dark: 'fill:#8b949e' },
  { selector: '.waiting', light: 'fill:#eaeef2', dark: 'fill:#21262d' },
  { selector: '.spawning', light: 'fill:#b6dcff', dark: 'fill:#1b4b86' },
  { selector: '.starting', light: 'fill:#54aeff', dark: 'fill:#388bfd' },
  { selector: '.working', light: 'fill:#a475f9', dark: 'fill:#8957e5' },
  { selector: '.ready', light: 'fill:#c5f2d0', dark: 'fill:#143d22' },
  { selector: '.failed', light: 'fill:#fa4549', dark: 'fill:#da3633' },
  { selector: '.backoff', light: 'fill:#ffd7d5', dark: 'fill:#4b1113' },
  { selector: '.path', light: 'fill:none;stroke:#d1570a;stroke-width:1.75', dark: 'stroke:#f0883e' },
  { selector: '.path-head', light: 'fill:#d1570a', dark: 'fill:#f0883e' },
  { selector: '.path-word', light: 'fill:#bc4c00', dark: 'fill:#f0883e' },
  {
    selector: '.total',
    light: 'fill:none;stroke:#1a7f37;stroke-width:1.5;stroke-dasharray:4 3',
    dark: 'stroke:#3fb950',
  },
  { selector: '.total-word', light: 'fill:#1a7f37', dark: 'fill:#3fb950' },
]

/** What of a chart's signs is in it, and what they mean. */
export function bootLegend(rows: readonly BootRow[]): readonly Entry[] {
  const kinds = new Set(rows.flatMap(({ bars }) => bars.map(({ kind }) => kind)))
  const bars = ORDER.flatMap(([kind, word]): readonly Entry[] => {
    return kinds.has(kind)
      ? [{ word, sign: [element('rect', { class: kind, y: 1, width: 24, height: 14, rx: 2 })] }]
      : []
  })
  const path = element('rect', { class: 'path', x: 1, y: 2, width: 22, height: 12, rx: 2 })
  return [...bars, { word: 'what all waited for', sign: [path] }]
}

const ORDER: readonly (readonly [BarKind, string])[] = [
  ['launcher', 'before Node'],
  ['supervisor', 'supervisor'],
  ['waiting', 'waiting'],
  ['spawning', 'to be spawned'],
  ['starting', 'starting'],
  ['ready', 'ready'],
  ['working', 'oneshot at work'],
  ['failed', 'failed run'],
  ['backoff', 'back-off'],
]
