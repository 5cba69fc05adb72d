/**
 * What the machine has no more of, as one of its refusals says, and whom to ask for more; null for other refusals.
 *
 * @param code Of fork(2), open(2), pipe(2) or socket(2): that of a connect(2), where EAGAIN is the other side's matter,
 *   has to be asked about with {@link isShortage}.
 */
export function describeShortage(code: string): string | null {
  switch (code) {
    case 'EAGAIN':
      return 'no more processes may be started; raise the limit of the container (pids) or of its user (nproc)'
    case 'EMFILE':
      return 'the supervisor may open no more files; raise the limit of the container (ulimit nofile)'
    case 'ENFILE':
      return 'the host can open no more files'
    case 'ENOMEM':
      return 'there is no more memory; raise the limit of the container (memory)'
    default:
      return null
  }
}

/** Whether it is we who lack something to ask with, so that a question has not been put at all. */
export function isShortage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && SHORTAGES.has(String(error.code))
}

const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS'])
