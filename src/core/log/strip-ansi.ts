const BELL = 0x07
const NEWLINE = 0x0a
const ESCAPE = 0x1b
const BACKSLASH = 0x5c
/** After ESC: a CSI, as for colours. */
const CONTROL = codeOf('[')
/** After ESC: OSC, DCS, SOS, PM and APC, which have a text up to BEL or `ESC \`. */
const STRINGS: ReadonlySet<number | undefined> = new Set(Array.from(']PX^_', codeOf))

/**
 * Lines without escape sequences, as ECMA-48 has them: CSI (colours, cursor), OSC and its kind (titles, links), and the
 * short ones. A sequence ends with its line at the latest; of an OSC that has no end only the beginning is taken out, so
 * that nothing is lost that somebody may want to read.
 *
 * By hand: the time must grow with the length alone, whatever a service writes.
 *
 * @returns In an array of its own, or the lines themselves when there is nothing to take out.
 */
export function stripAnsi(lines: Uint8Array): Uint8Array {
  let escape = lines.indexOf(ESCAPE)
  if (escape < 0) return lines
  const stripped = new Uint8Array(lines.length)
  let written = 0
  let kept = 0
  for (; escape >= 0; escape = lines.indexOf(ESCAPE, kept)) {
    stripped.set(lines.subarray(kept, escape), written)
    written += escape - kept
    kept = endOfSequence(lines, escape + 1)
  }
  stripped.set(lines.subarray(kept), written)
  return stripped.subarray(0, written + lines.length - kept)
}

/** @param start What stands after ESC. */
function endOfSequence(lines: Uint8Array, start: number): number {
  const introducer = lines[start]
  if (introducer === CONTROL) return skipFinal(lines, skip(lines, start + 1, '?'), '@')
  if (STRINGS.has(introducer)) return endOfString(lines, start + 1)
  return skipFinal(lines, skip(lines, start, '/'), '0')
}

/** The first position that has no character from blank to `last`. */
function skip(lines: Uint8Array, start: number, last: string): number {
  let at = start
  while (isBetween(lines[at], ' ', last)) at++
  return at
}

/** The mark of a line that was split within the sequence is none of it. */
function skipFinal(lines: Uint8Array, at: number, first: string): number {
  const isMark = lines[at] === BACKSLASH && lines[at + 1] === NEWLINE
  return isBetween(lines[at], first, '~') && !isMark ? at + 1 : at
}

function endOfString(lines: Uint8Array, start: number): number {
  for (let at = start; at < lines.length; at++) {
    const byte = lines[at]
    if (byte === BELL) return at + 1
    if (byte === ESCAPE) return lines[at + 1] === BACKSLASH ? at + 2 : start
    if (byte === NEWLINE) return start
  }
  return start
}

function isBetween(byte: number | undefined, first: string, last: string): boolean {
  return byte !== undefined && byte >= codeOf(first) && byte <= codeOf(last)
}

function codeOf(character: string): number {
  return character.charCodeAt(0)
}
