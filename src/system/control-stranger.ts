import { statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import { peerOf } from './peer.ts'

/**
 * Who listens on a control socket and cannot be the supervisor: what he says would be a lie, and what he is told may be
 * nobody's business. A supervisor is root's, this user's own, or that of the owner of a folder that nobody else can
 * change; a folder that is not there to be trusted at all was not chosen (`runtime-places.ts`).
 *
 * Asked of the connection itself, nobody can put another socket in the place meanwhile.
 *
 * @returns Why he is not believed, or null.
 */
export function strangerAt(socketPath: string, socket: Socket): string | null {
  const peer = peerOf(socket)
  const what = `cannot trust who answers on ${JSON.stringify(socketPath)}`
  if ('refusal' in peer) return `${what}: ${peer.refusal}`
  if (peer.uid === 0 || peer.uid === process.geteuid?.()) return null
  const folder = dirname(socketPath)
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats?.uid !== peer.uid) return `${what}: it is uid ${peer.uid}, and the folder is not his`
  return (stats.mode & 0o022) === 0 ? null : `${what}: it is uid ${peer.uid}, and other users can change the folder`
}
