import { escapeControls } from './render/text.ts'

let isWatched = false

/**
 * Writes to stdout. A reader who has enough (`supervisor logs | head -1`) ends the command quietly: the pipe is written
 * synchronously, so nothing is lost by leaving at once.
 */
export function print(text: string): void {
  if (!isWatched) {
    isWatched = true
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit()
      complain(`cannot write to stdout: ${error.message}`)
      process.exit(1)
    })
  }
  process.stdout.write(text)
}

/** Tells what is wrong, on stderr; what the message quotes may come from anywhere. */
export function complain(message: string): void {
  process.stderr.write(`supervisor: ${escapeControls(message)}\n`)
}

/** The columns of the terminal that stdout is; null when it is none. */
export function terminalWidth(): number | null {
  return process.stdout.isTTY ? process.stdout.columns || 80 : null
}

/** Whether a stream, stdout unless named, wants colour (no-color.org). */
export function hasColour(stream: { readonly isTTY?: boolean } = process.stdout): boolean {
  const { NO_COLOR, TERM } = process.env
  return stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb'
}
