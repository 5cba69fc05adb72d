import { constants } from 'node:os'
import { libc } from './calls.ts'

const { SIGTSTP, SIGTTIN, SIGTTOU } = constants.signals
const SIG_IGN = 1
/** Behind those that glibc keeps for itself, up to SIGRTMAX (signal(7)); musl keeps 34, and refuses to change it. */
const FIRST_REAL_TIME = 34
const LAST_REAL_TIME = 64

// What is started does not inherit any of this: each spawn sets all signals to their defaults.

/** Ignores the real-time signals, which would end this process and for which Node has no listeners. */
export function ignoreRealTimeSignals(): void {
  // PID 1 gets none that it does not ask for (pid_namespaces(7)).
  if (process.pid === 1) return
  const calls = libc()
  for (let signal = FIRST_REAL_TIME; signal <= LAST_REAL_TIME; signal += 1) calls.signal(signal, SIG_IGN)
}

/**
 * From now on no terminal stops this process, whether it writes from the background (`stty tostop`) or Ctrl-Z is typed.
 *
 * Listeners would not do: the kernel repeats a write after one, for ever; and PID 1, which nothing stops, gets EIO
 * (tty_check_change). Who ignores SIGTTOU has written, and may also bring another group forward (tcsetpgrp(3)).
 */
export function ignoreStops(): void {
  const calls = libc()
  for (const signal of [SIGTSTP, SIGTTIN, SIGTTOU]) calls.signal(signal, SIG_IGN)
}
