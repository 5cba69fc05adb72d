import type { Asker } from '../core/control/access.ts'

/** An answer on its way, as far as it takes memory. */
interface Answer {
  /** Of what was written, how much nobody has taken yet; bytes, nearly. */
  readonly writableLength: number
}

const MIB = 1024 * 1024

/** What may wait unread of answers to root and to the supervisor's own user together, before a stream is refused. */
const OWN_BYTES = 64 * MIB
/** The same of each other user, and of all of them together. */
const USER_BYTES = 16 * MIB
const OTHERS_BYTES = 32 * MIB

/**
 * Whether a stream has to be refused, since so much of earlier answers is not read: each begins with some MiB at once, and
 * a user who never reads would have them as often as he has connections.
 */
export function isTooMuchUnread(underWay: ReadonlyMap<Answer, Asker>, { uid, isOwn }: Asker): boolean {
  const like = [...underWay].filter(([, asker]) => asker.isOwn === isOwn)
  const all = bytesOf(like)
  if (isOwn) return all > OWN_BYTES
  return all > OTHERS_BYTES || bytesOf(like.filter(([, asker]) => asker.uid === uid)) > USER_BYTES
}

function bytesOf(answers: readonly (readonly [Answer, Asker])[]): number {
  return answers.reduce((sum, [{ writableLength }]) => sum + writableLength, 0)
}
