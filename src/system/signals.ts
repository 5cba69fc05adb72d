import type { SignalName } from '../core/config/signal.ts'

/**
 * Every signal that can be caught and whose default would end the supervisor, and SIGWINCH, which only wants passing
 * on. Left out: SIGPIPE, which Node ignores; SIGIO, which belongs to the notification sockets; SIGCHLD, the reaper's;
 * the faults (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT), after which no JavaScript can run. The kernel keeps those
 * away from PID 1 when somebody only sends them (pid_namespaces(7)).
 */
const TAKEN: readonly SignalName[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTRAP',
  // A listener takes the place of Node's own handler, which would open the inspector.
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGPWR',
  'SIGSYS',
]

/** Calls back with each signal that this process gets, and from then on none of them ends it. */
export function onSignals(received: (signal: SignalName) => void): void {
  for (const name of TAKEN) process.on(name, () => received(name))
  process.on('SIGIO', () => {})
}
