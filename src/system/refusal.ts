/** What the machine refused while a process was being started: the step and why, and a shell's status for it. */
export class Refusal extends Error {
  readonly status: 126 | 127
  /** The errno, where that says all. */
  readonly code: string | null

  constructor(message: string, status: 126 | 127 = 126, code: string | null = null) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
  }
}
