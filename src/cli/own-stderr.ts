import { isatty } from 'node:tty'
import { tell } from './terminal.ts'

/**
 * Puts something harmless in the place of `process.stderr`.
 *
 * Node itself asks for that stream, each time that a socket or the pipe of a child is closed (lib/net.js, `_destroy`)
 * and when `node:assert` is loaded. To make it is to make the descriptor non-blocking, for the command in the foreground
 * and for everybody else who shares it.
 */
export function replaceStderr(): void {
  const value = { fd: 2, isTTY: isatty(2), write: tell }
  Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, value })
}
