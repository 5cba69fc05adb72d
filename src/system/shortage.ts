/**
 * Whether a refusal says that the machine has no more of something for now: of processes, descriptors or memory.
 *
 * @param code The errno of fork(2), open(2), pipe(2) or socket(2). Not of connect(2), where EAGAIN is the other side's.
 */
export function isShortage(code: string): boolean {
  return code === 'EAGAIN' || SHORTAGES.has(code)
}

/** Whether it is we who lack something to ask with, so that a question has not been put at all. */
export function isUnasked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && SHORTAGES.has(String(error.code))
}

const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS'])
