import type { Asker } from '../core/control/access.ts'

/**
 * Connections of root and of the supervisor's own user together: nobody else takes any of this room away. As many again
 * may wait for something to happen, here and below: however long that takes, a short question finds its room.
 */
const OWN_CONNECTIONS = 128
/** Short requests of theirs under way at once; more are told to come again. */
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
   * @returns The one that has to go, if any, or `full`: all of them have asked and are about to be answered.
   */
  readonly enter: (connection: C, asker: Asker) => { readonly evicted: C | null } | 'full'
  /** Notes that its request is there; false when too many are under way. */
  readonly heard: (connection: C) => boolean
  /** Notes that its answer waits for something to happen; false when too many wait. */
  readonly waits: (connection: C) => boolean
  readonly leave: (connection: C) => void
}

interface Guest extends Pick<Asker, 'uid' | 'isOwn'> {
  stage: 'silent' | 'asking' | 'waiting'
}

/** An empty room. */
export function createConnectionRoom<C>(): ConnectionRoom<C> {
  // In the order in which they came.
  const guests = new Map<C, Guest>()
  /** Those of whom there are too many for one more, if there are. */
  const crowdOf = ({ uid, isOwn }: Guest | Asker, isIn: (guest: Guest) => boolean): readonly [C, Guest][] | null => {
    const others = [...guests].filter(([, guest]) => guest.isOwn === isOwn && isIn(guest))
    if (isOwn) return others.length < OWN_CONNECTIONS ? null : others
    const same = others.filter(([, guest]) => guest.uid === uid)
    if (same.length >= USER_CONNECTIONS) return same
    return others.length < OTHERS_CONNECTIONS ? null : others
  }
  return {
    enter: (connection, asker) => {
      const crowd = crowdOf(asker, ({ stage }) => stage !== 'waiting')
      const evicted = crowd?.find(([, { stage }]) => stage === 'silent')?.[0] ?? null
      if (crowd !== null && evicted === null) return 'full'
      if (evicted !== null) guests.delete(evicted)
      guests.set(connection, { uid: asker.uid, isOwn: asker.isOwn, stage: 'silent' })
      return { evicted }
    },
    heard: (connection) => {
      const guest = guests.get(connection)
      const asking = [...guests.values()].filter(({ isOwn, stage }) => isOwn && stage === 'asking')
      if (guest?.isOwn === true && asking.length >= OWN_REQUESTS) return false
      if (guest !== undefined) guest.stage = 'asking'
      return true
    },
    waits: (connection) => {
      const guest = guests.get(connection)
      if (guest === undefined) return true
      if (crowdOf(guest, ({ stage }) => stage === 'waiting') !== null) return false
      guest.stage = 'waiting'
      return true
    },
    leave: (connection) => guests.delete(connection),
  }
}
