/** What the machine refused while a process was being started: the step and why, and a shell's status for it. */
export class Refusal extends Error {
  readonly status: 126 | 127

  constructor(message: string, status: 126 | 127 = 126) {
    super(message)
    this.name = 'Refusal'
    this.status = status
  }
}

/** The errno of an error that Node throws for a refused system call; null for any other error. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
