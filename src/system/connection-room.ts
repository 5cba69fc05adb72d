import type { Asker } from '../core/control/access.ts'

/** Connections of root and of the supervisor's own user together: nobody else takes any of this room away. */
const OWN_CONNECTIONS = 128
/** Requests of theirs under way at once; more are told to come again. */
export const OWN_REQUESTS = 64
/** Connections of each other user, and of all of them together. */
const USER_CONNECTIONS = 16
const OTHERS_CONNECTIONS = 64

/** Who may be connected at once; a `C` is a connection. */
export interface ConnectionRoom<C> {
  /**
   * Lets a connection in. Where there is no room, the oldest that has not asked anything yet has to go: so however many
   * idle clients there are, one that has a question finds room.
   *
   * @returns The one that has to go, if any, or `full`: all of them have asked.
   */
  readonly enter: (connection: C, asker: Asker) => { readonly evicted: C | null } | 'full'
  /** Notes that its request is there; false when too many are under way. */
  readonly heard: (connection: C) => boolean
  readonly leave: (connection: C) => void
}

interface Guest {
  readonly uid: number
  readonly isOwn: boolean
  hasAsked: boolean
}

/** An empty room. */
export function createConnectionRoom<C>(): ConnectionRoom<C> {
  // In the order in which they came.
  const guests = new Map<C, Guest>()
  const where = (is: (guest: Guest) => boolean): readonly [C, Guest][] => [...guests].filter(([, guest]) => is(guest))
  const crowdOf = ({ uid, isOwn }: Asker): readonly [C, Guest][] | null => {
    const others = where((guest) => guest.isOwn === isOwn)
    if (isOwn) return others.length < OWN_CONNECTIONS ? null : others
    const same = others.filter(([, guest]) => guest.uid === uid)
    if (same.length >= USER_CONNECTIONS) return same
    return others.length < OTHERS_CONNECTIONS ? null : others
  }
  return {
    enter: (connection, asker) => {
      const crowd = crowdOf(asker)
      const evicted = crowd?.find(([, { hasAsked }]) => !hasAsked)?.[0] ?? null
      if (crowd !== null && evicted === null) return 'full'
      if (evicted !== null) guests.delete(evicted)
      guests.set(connection, { uid: asker.uid, isOwn: asker.isOwn, hasAsked: false })
      return { evicted }
    },
    heard: (connection) => {
      const guest = guests.get(connection)
      if (guest?.isOwn === true && where(({ isOwn, hasAsked }) => isOwn && hasAsked).length >= OWN_REQUESTS)
        return false
      if (guest !== undefined) guest.hasAsked = true
      return true
    },
    leave: (connection) => guests.delete(connection),
  }
}
