import type { ExitReply } from '../control/exit-reply.ts'

/** Where a run of a service began, and how it ended: what stands between its lines. */
export type Mark =
  | { readonly event: 'started'; readonly pid: number }
  /** After the last line of the run. */
  | { readonly event: 'ended'; readonly exit: ExitReply }
  | { readonly event: 'not-started'; readonly reason: string }
