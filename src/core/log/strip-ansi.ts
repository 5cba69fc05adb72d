const ESCAPE = '\u001B'
const BELL = '\u0007'

/**
 * Text without escape sequences, as ECMA-48 has them: CSI (colours, cursor), OSC and its kind (titles, links), and the
 * short ones. A sequence ends with its line at the latest; of an OSC that has no end only the beginning is taken out, so
 * that nothing is lost that somebody may want to read.
 *
 * By hand, since the time must not grow with more than the length, whatever a service writes.
 */
export function stripAnsi(text: string): string {
  let escape = text.indexOf(ESCAPE)
  if (escape < 0) return text
  let stripped = ''
  let kept = 0
  while (escape >= 0) {
    stripped += text.slice(kept, escape)
    kept = endOfSequence(text, escape + 1)
    escape = text.indexOf(ESCAPE, kept)
  }
  return stripped + text.slice(kept)
}

/** @param start What stands after ESC. */
function endOfSequence(text: string, start: number): number {
  const introducer = text.charAt(start)
  if (introducer === '[') return skipFinal(text, skip(text, start + 1, ' ', '?'), '@')
  if (introducer !== '' && ']PX^_'.includes(introducer)) return endOfString(text, start + 1)
  return skipFinal(text, skip(text, start, ' ', '/'), '0')
}

/** The first position that has no character from `first` to `last`. */
function skip(text: string, start: number, first: string, last: string): number {
  let at = start
  while (at < text.length && text.charAt(at) >= first && text.charAt(at) <= last) at++
  return at
}

/** The mark of a line that was split within the sequence is none of it. */
function skipFinal(text: string, at: number, first: string): number {
  const isFinal = text.charAt(at) >= first && text.charAt(at) <= '~' && !text.startsWith('\\\n', at)
  return isFinal ? at + 1 : at
}

/** Of a sequence with a text in it: it ends with BEL or `ESC \`. */
function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === BELL) return at + 1
    if (character === ESCAPE) return text.charAt(at + 1) === '\\' ? at + 2 : start
    if (character === '\n') return start
  }
  return start
}
