import { quote } from '../text/quote.ts'

/** Who has asked for something on the control socket. */
export interface Requester {
  readonly uid: number
  /** The user's name; null when nobody knows one. */
  readonly name: string | null
}

/** Who that is, in words: `root`, `user "alice" (uid 1000)`, `uid 1000`. */
export function describeRequester({ uid, name }: Requester): string {
  if (uid === 0) return 'root'
  return name === null ? `uid ${uid}` : `user ${quote(name)} (uid ${uid})`
}
