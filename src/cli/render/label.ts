import type { Paint, Style } from './colour.ts'

/** Can be read on dark and on light ground; red would look like a failure. */
const STYLES: readonly Style[] = [
  'cyan',
  'yellow',
  'green',
  'magenta',
  'blue',
  'bright cyan',
  'bright yellow',
  'bright green',
  'bright magenta',
  'bright blue',
]

/** Makes what colours the labels of services: each has its own colour, as long as there are enough. */
export function createLabelPaint(paint: Paint): (service: string, label: string) => string {
  const chosen = new Map<string, Style>()
  return (service, label) => {
    const style = chosen.get(service) ?? STYLES[chosen.size % STYLES.length] ?? 'cyan'
    chosen.set(service, style)
    return paint(style, label)
  }
}
