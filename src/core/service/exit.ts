import { formatBytes } from '../text/bytes.ts'
import { formatMs } from '../text/span.ts'
import { signalNumber, type SignalName } from '../config/signal.ts'

/** How a process ended (waitpid(2)). */
export type Exit =
  | { readonly kind: 'code'; readonly code: number }
  | {
      readonly kind: 'signal'
      readonly signal: SignalName
      /** Of a SIGKILL that the supervisor did not send: the kernel for want of memory, or nobody knows who. */
      readonly sender?: 'out-of-memory' | 'unknown'
    }

/** What a service tells of itself (sd_notify(3)). */
export interface Said {
  /** `STATUS`; null when it said nothing. */
  readonly statusText: string | null
  /** `ERRNO`; null when it said nothing. */
  readonly errno: number | null
}

/** Why a run counts as failed; `said` is what the service has told last. */
export type Failure =
  | { readonly kind: 'exited'; readonly exit: Exit; readonly said: Said }
  /** A longrun that ended as if it had done its work, and had never been ready for it. */
  | { readonly kind: 'never-ready'; readonly exit: Exit; readonly said: Said }
  /** It said that it ends (`STOPPING=1`), and was still there `withinMs` later. */
  | { readonly kind: 'not-gone'; readonly withinMs: number; readonly said: Said }
  /** `lastAttempt`: the answer to the last question for readiness, in words. */
  | { readonly kind: 'not-ready'; readonly withinMs: number; readonly lastAttempt: string | null; readonly said: Said }
  /** A command of `post_start` failed. */
  | { readonly kind: 'hook-failed'; readonly hook: 'post-start'; readonly why: string }
  /** `checks` failed in a row, the last of them with `output`. */
  | { readonly kind: 'unhealthy'; readonly checks: number; readonly output: string }
  /** No keep-alive message within `withinMs`; null: it asked to be ended itself (`WATCHDOG=trigger`). */
  | { readonly kind: 'watchdog'; readonly withinMs: number | null; readonly said: Said }
  | { readonly kind: 'over-memory'; readonly bytes: number; readonly limitBytes: number }
  | { readonly kind: 'spawn-failed'; readonly message: string; readonly status: 126 | 127 }

/** Whether it ended with one of these codes, such as those that count as success; a signal is none. */
export function endedWith(exit: Exit, codes: readonly number[]): boolean {
  return exit.kind === 'code' && codes.includes(exit.code)
}

/** The status a shell would report: the code itself, or 128 plus the signal's number. */
export function exitStatus(exit: Exit): number {
  return exit.kind === 'code' ? exit.code : 128 + signalNumber(exit.signal)
}

/**
 * The status that a failed service gives the container: its own, 126 or 127 when it never ran, 1 when it has none. That
 * is never 0, even when its code is and does not count as success: an engine's restart policy must see the failure.
 */
export function failureStatus(failure: Failure): number {
  switch (failure.kind) {
    case 'exited':
    case 'never-ready':
      return exitStatus(failure.exit) || 1
    case 'spawn-failed':
      return failure.status
    case 'not-gone':
    case 'not-ready':
    case 'hook-failed':
    case 'unhealthy':
    case 'watchdog':
    case 'over-memory':
      return 1
  }
}

/** An exit as replies have it. */
export function exitReply(exit: Exit): { readonly code: number | null; readonly signal: SignalName | null } {
  return exit.kind === 'code' ? { code: exit.code, signal: null } : { code: null, signal: exit.signal }
}

/** An exit in words: `exited with 3`, `killed by SIGKILL`. */
export function describeExit(exit: Exit): string {
  if (exit.kind === 'code') return `exited with ${exit.code}`
  if (exit.sender === 'out-of-memory') return `killed by the kernel, out of memory (${exit.signal})`
  return `killed by ${exit.signal}${exit.sender === 'unknown' ? ', which the supervisor did not send' : ''}`
}

/** A failure in words, without the service's name. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'exited':
      return `${describeExit(failure.exit)}${because(...lastWords(failure))}`
    case 'never-ready':
      return `${describeExit(failure.exit)} before it was ready${because(...saidWords(failure.said))}`
    case 'spawn-failed':
      return failure.message
    case 'not-gone':
      return `it said that it ends and was not gone within ${formatMs(failure.withinMs)}${because(...saidWords(failure.said))}`
    case 'not-ready':
      return `not ready within ${formatMs(failure.withinMs)}${because(lastLine(failure.lastAttempt ?? ''), ...saidWords(failure.said))}`
    case 'hook-failed':
      return `post_start failed: ${lastLine(failure.why)}`
    case 'unhealthy':
      return `unhealthy: ${failure.checks === 1 ? 'a check' : `${failure.checks} checks in a row`} failed${because(lastLine(failure.output))}`
    case 'watchdog':
      return failure.withinMs === null
        ? `it asked to be ended${because('WATCHDOG=trigger', ...saidWords(failure.said))}`
        : `no WATCHDOG=1 within ${formatMs(failure.withinMs)}${because(...saidWords(failure.said))}`
    case 'over-memory':
      return `it takes ${formatBytes(failure.bytes)}, max_memory is ${formatBytes(failure.limitBytes)}`
  }
}

function because(...reasons: readonly string[]): string {
  const known = reasons.filter((reason) => reason !== '')
  return known.length === 0 ? '' : ` (${known.join('; ')})`
}

/** Who is killed does not say why: what he told last, such as that he is ready, is about something else. */
function lastWords({ exit, said }: Extract<Failure, { kind: 'exited' }>): readonly string[] {
  return exit.kind === 'signal' && (said.errno ?? 0) === 0 ? [] : saidWords(said)
}

/** Nothing is wrong with an `ERRNO` of 0. */
function saidWords({ statusText, errno }: Said): readonly string[] {
  const text = lastLine(statusText ?? '')
  return [text === '' ? '' : `it said: ${text}`, errno === null || errno === 0 ? '' : `errno ${errno}`]
}

/** What a command has printed last mostly says why it failed; a failure is told in one line. */
export function lastLine(text: string): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? ''
  return line.length <= LINE_LIMIT ? line : `${line.slice(0, LINE_LIMIT)}…`
}

const LINE_LIMIT = 200
