import type { SignalName } from './signal.ts'

const STOPS = 'it stops everything in order'
const FAULT = 'it tells of a fault in the supervisor itself'
const LIMIT = 'it tells of a limit that the supervisor itself has reached'
const TERMINAL = 'the terminal stops and continues programs with it'

/** Why a signal cannot be passed on as the file likes; null: it means nothing to the supervisor, nor to Node. */
const TAKEN_FOR: Readonly<Record<SignalName, string | null>> = {
  SIGHUP: 'it is there to reload the file',
  SIGINT: STOPS,
  SIGQUIT: STOPS,
  SIGILL: FAULT,
  SIGTRAP: FAULT,
  SIGABRT: FAULT,
  SIGBUS: FAULT,
  SIGFPE: FAULT,
  SIGKILL: 'it cannot be caught',
  SIGUSR1: 'it writes the status of every service into the log',
  SIGSEGV: FAULT,
  SIGUSR2: null,
  SIGPIPE: 'the kernel tells with it that nobody reads a pipe any more',
  SIGALRM: null,
  SIGTERM: STOPS,
  SIGSTKFLT: null,
  SIGCHLD: 'the kernel tells with it that a process has ended',
  SIGCONT: TERMINAL,
  SIGSTOP: 'it cannot be caught',
  SIGTSTP: TERMINAL,
  SIGTTIN: TERMINAL,
  SIGTTOU: TERMINAL,
  SIGURG: 'the kernel tells with it of urgent data on a socket',
  SIGXCPU: LIMIT,
  SIGXFSZ: LIMIT,
  SIGVTALRM: null,
  SIGPROF: "Node's profiler takes its samples with it",
  SIGWINCH: "it tells of the terminal's size, and goes to the command",
  SIGIO: 'the kernel tells with it that a service has sent a notification',
  SIGPWR: STOPS,
  SIGSYS: FAULT,
}

/** Why the supervisor cannot pass a signal on as the file likes, in words; null: it can. */
export function takenFor(signal: SignalName): string | null {
  return TAKEN_FOR[signal]
}

/** Those that it can. */
export const FREE_SIGNALS: readonly SignalName[] = (Object.keys(TAKEN_FOR) as SignalName[]).filter(
  (signal) => TAKEN_FOR[signal] === null,
)
