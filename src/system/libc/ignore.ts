import { libc } from './calls.ts'

const SIG_IGN = 1
/** Behind those that glibc keeps for itself, up to SIGRTMAX (signal(7)); musl keeps 34, and refuses to change it. */
const FIRST_REAL_TIME = 34
const LAST_REAL_TIME = 64

/**
 * Ignores the real-time signals, which would end this process and for which Node has no listeners. What it starts does
 * not inherit that: each spawn sets all signals to their defaults.
 */
export function ignoreRealTimeSignals(): void {
  // PID 1 gets none that it does not ask for (pid_namespaces(7)).
  if (process.pid === 1) return
  const calls = libc()
  for (let signal = FIRST_REAL_TIME; signal <= LAST_REAL_TIME; signal += 1) calls.signal(signal, SIG_IGN)
}
