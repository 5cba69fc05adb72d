import type { Cancel, ProbeResult, Retract } from '../../core/machine.ts'
import { isUnasked } from '../shortage.ts'

/**
 * One attempt, ready to be started: it settles as soon as it knows, and only its first word counts.
 *
 * @returns What closes everything that the attempt has opened; harmless when called twice.
 */
export type Check = (settle: (result: ProbeResult) => void) => Cancel

/** The same for one that starts processes, which do not end at once. */
export type Command = (settle: (result: ProbeResult) => void) => Retract

/** The answer of a service that is well. */
export const PASSED: ProbeResult = { kind: 'passed' }

/** The answer of one that is not; `why` names the place and the cause. */
export function failed(why: string): ProbeResult {
  return { kind: 'failed', why }
}

/** The answer that an error of asking is: of the service, or of our own want. */
export function refused(error: unknown, why: string): ProbeResult {
  return isUnasked(error) ? { kind: 'not-asked', why } : failed(why)
}

/** The cause of an error in one word where it has one (`ECONNREFUSED`), else its message. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
