import { libc } from './calls.ts'

/** Ends the process at once: no exit handlers, nothing flushed. */
export function exitAtOnce(status: number): never {
  libc()._exit(status)
  throw new Error('internal error: _exit returned')
}
