import type { SignalName } from '../config/signal.ts'

/** Where a run of a service began, and how it ended: what stands between its lines. */
export type Mark =
  | { readonly event: 'started'; readonly pid: number }
  /** After the last line of the run: `code`, or else the `signal` that killed its main process. */
  | { readonly event: 'ended'; readonly code: number | null; readonly signal: SignalName | null }
  | { readonly event: 'not-started'; readonly reason: string }
