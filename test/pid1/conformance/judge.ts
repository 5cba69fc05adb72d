import type { Case, Placement } from './case.ts'
import type { Candidate } from './inits.ts'

/** What came of a case: it holds, it does not hold as is known, or what is known is wrong. */
export interface Verdict {
  readonly kind: 'ok' | 'differs' | 'fails'
  /** In one line; empty when it holds. */
  readonly why: string
}

/** Compares what a case has shown with what it says of the init. */
export function judge(tested: Case, { peer }: Candidate, error: Error | null): Verdict {
  const known = peer === null ? undefined : peer === 'ours' ? tested.ours : tested.otherwise?.[peer]
  if (error === null) return known === undefined ? HOLDS : { kind: 'fails', why: `it holds, though: ${known}` }
  return known === undefined ? { kind: 'fails', why: firstLines(error) } : { kind: 'differs', why: known }
}

const HOLDS: Verdict = { kind: 'ok', why: '' }

/** Whether a case can be seen there. */
export function isSeenIn({ only }: Case, placement: Placement): boolean {
  return only === undefined || only.includes(placement)
}

function firstLines({ message }: Error): string {
  const text = message
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join(' | ')
  return text.length <= 400 ? text : `${text.slice(0, 400)}…`
}
