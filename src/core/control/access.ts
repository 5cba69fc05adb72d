import type { Access, ControlAllow } from '../config/model.ts'
import type { ControlError } from '../protocol.ts'
import { describeRequester, type Requester } from './requester.ts'

/** Who is at the other end of a connection, by the kernel's word. */
export interface Peer {
  readonly uid: number
  /** Ids of all his groups: asked for only when they matter. */
  readonly groups: () => readonly number[]
}

/** Who asks, and what he may. */
export interface Asker extends Requester {
  readonly access: Access
  /** Whether it is root or the supervisor's own user: they have room of their own. */
  readonly isOwn: boolean
}

/** What is known of those who may ask. */
export interface Rights {
  /** The supervisor's user. */
  readonly uid: number
  readonly allow: ControlAllow
  readonly nameOf: (uid: number) => string | null
}

/** Lets somebody in who may ask something, or refuses him. */
export function admit({ uid, groups }: Peer, { uid: ownUid, allow, nameOf }: Rights): Asker | ControlError {
  if (uid === 0) return { uid, name: 'root', access: 'admin', isOwn: true }
  if (uid === ownUid) return { uid, name: nameOf(uid), access: 'admin', isOwn: true }
  const given = allow.users.get(uid) ?? mostOf(allow.groups.size === 0 ? [] : groups(), allow)
  const name = nameOf(uid)
  if (given !== null) return { uid, name, access: given, isOwn: false }
  const message = `cannot ask this supervisor: ${describeRequester({ uid, name })} may not; ${wayOut(name ?? uid, 'read')}`
  return { status: 403, message }
}

/** The refusal of what only `admin` may. */
export function forbidden(what: string, asker: Asker): ControlError {
  const way = wayOut(asker.name ?? asker.uid, 'admin')
  return { status: 403, message: `cannot ${what}: ${describeRequester(asker)} may read only; ${way}` }
}

function mostOf(groups: readonly number[], allow: ControlAllow): Access | null {
  const given = groups.flatMap((gid) => allow.groups.get(gid) ?? [])
  return given.includes('admin') ? 'admin' : (given[0] ?? null)
}

function wayOut(who: string | number, access: Access): string {
  return `ask as root, or let it by "control: {allow: {${who}: ${access}}}" in the services file`
}
