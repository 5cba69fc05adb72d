import { isatty } from 'node:tty'
import { inColour, plain, type Paint } from './render/colour.ts'
import { escapeControls } from './render/text.ts'
import { writeWhole } from './write-whole.ts'

/**
 * Writes to stdout, and has written when it comes back. What cannot be written, as to a full disk, ends the command with
 * status 1.
 *
 * @returns Whether somebody reads on: `supervisor logs | head -1` has enough soon.
 */
export function print(text: string): boolean {
  const failure = writeWhole(1, text)
  if (failure === null) return true
  if (failure === 'EPIPE') return false
  complain(`cannot write to stdout: ${failure}`)
  process.exit(1)
}

/** Tells what is wrong, on stderr; what the message quotes may come from anywhere. */
export function complain(message: string): void {
  tell(`supervisor: ${escapeControls(message)}\n`)
}

/** Writes to stderr; when that fails there is nobody left to tell. */
export function tell(text: string): void {
  writeWhole(2, text)
}

/** Whether a descriptor, such as 1 for stdout, is a terminal. */
export function isTerminal(fd: number): boolean {
  return isatty(fd)
}

/**
 * The columns of the terminal that stdout is; null when it is none.
 *
 * Not for a supervisor: Node's stream changes the terminal's modes, and puts them back only at an ordinary exit.
 */
export function terminalWidth(): number | null {
  return isatty(1) ? process.stdout.columns || 80 : null
}

/** For a descriptor that may be a terminal, which may not want colour (no-color.org). */
export function paintFor(fd: number): Paint {
  const { NO_COLOR, TERM } = process.env
  const hasColour = isatty(fd) && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb'
  return hasColour ? inColour : plain
}
