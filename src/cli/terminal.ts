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

/** Whether stdout is a terminal on which lines can be written over. */
export function hasScreen(): boolean {
  return isatty(1) && process.env['TERM'] !== 'dumb'
}

/**
 * Whether block elements can be shown. A container mostly has no locale at all, while the terminal in front of it knows
 * UTF-8: only one that says something else is believed, and the kernel's own, whose font has no such characters.
 */
export function drawsUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = process.env
  const locale = [LC_ALL, LC_CTYPE, LANG].find(isSet)
  return TERM !== 'linux' && (locale === undefined || /utf-?8/iu.test(locale))
}

/**
 * For a descriptor that may be a terminal, which may not want colour (no-color.org); FORCE_COLOR and CLICOLOR_FORCE want
 * it anywhere, as for `less -R` (force-color.org, bixense.com/clicolors).
 */
export function paintFor(fd: number): Paint {
  const { NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM } = process.env
  if (isSet(NO_COLOR) || FORCE_COLOR === '0' || FORCE_COLOR === 'false') return plain
  if (isSet(FORCE_COLOR) || (isSet(CLICOLOR_FORCE) && CLICOLOR_FORCE !== '0')) return inColour
  return isatty(fd) && TERM !== 'dumb' && CLICOLOR !== '0' ? inColour : plain
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
