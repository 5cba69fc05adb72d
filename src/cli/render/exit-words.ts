import type { ExitReply } from '../../core/control/exit-reply.ts'

/** How a run has ended, in the words of the supervisor's own log: `exited with 3`, `killed by SIGKILL`. */
export function exitWords({ code, signal }: ExitReply): string {
  return signal === null ? `exited with ${code ?? 'an unknown status'}` : `killed by ${signal}`
}
