import { onOneLine } from '../../core/text/quote.ts'

/** A document as JSON on one line, with its newline; a terminal acts on nothing in it: JSON leaves some controls as they are. */
export function jsonLine(document: object): string {
  return `${onOneLine(JSON.stringify(document))}\n`
}

/** The same on many lines, for people. */
export function jsonPage(document: object): string {
  const lines = JSON.stringify(document, null, 2).split('\n')
  return lines.map((line) => `${onOneLine(line)}\n`).join('')
}
