import { EventEmitter } from 'node:events'
import { isatty } from 'node:tty'
import { tell } from './terminal.ts'

/**
 * Puts something harmless in the place of `process.stderr`.
 *
 * Node itself asks for that stream, each time that a socket or the pipe of a child is closed (lib/net.js, `_destroy`)
 * and when `node:assert` is loaded. To make it is to make the descriptor non-blocking, for the command in the foreground
 * and for everybody else who shares it.
 *
 * It emits, though nothing ever: `console`, through which Node's warnings come, listens for errors while it writes, and
 * where it cannot each warning is an exception that nobody catches (lib/internal/console/constructor.js).
 */
export function replaceStderr(): void {
  const value = Object.assign(new EventEmitter(), { fd: 2, isTTY: isatty(2), write: (text: string) => tell(text) })
  Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, value })
}
