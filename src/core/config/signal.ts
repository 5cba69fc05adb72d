/** Signal names with their numbers on Linux (signal(7)); the real-time ones are left out, since Node cannot send them. */
const NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const

/** A signal by its full name, such as `SIGTERM`. */
export type SignalName = keyof typeof NUMBERS

/** Every signal name, in the order of the numbers. */
export const SIGNAL_NAMES: readonly SignalName[] = Object.keys(NUMBERS) as SignalName[]

/** The signal's number on Linux, 1 to 31. */
export function signalNumber(name: SignalName): number {
  return NUMBERS[name]
}

/**
 * Reads a signal as Compose writes it: `SIGTERM`, `TERM`, in any case, or `15`.
 *
 * @returns The full name, or null for what is no signal.
 */
export function parseSignal(text: string): SignalName | null {
  const wanted = text.toUpperCase()
  return (
    SIGNAL_NAMES.find((name) => name === wanted || name === `SIG${wanted}` || String(NUMBERS[name]) === wanted) ?? null
  )
}
