import type { ControlAllow } from '../core/config/model.ts'
import { admit } from '../core/control/access.ts'
import type { ControlParts } from '../daemon/desk.ts'
import type { Claim } from '../system/control-claim.ts'
import { isErrno } from '../system/errno.ts'
import { closedFolder } from '../system/private-folder.ts'
import { openUsers } from '../system/users.ts'
import type { Home } from './home.ts'

/** Ends what was opened, within so many ms. */
export type Ending = (withinMs: number) => Promise<void>

/** On which socket requests are answered, and to whom. */
interface Serving extends Pick<Home, 'runtimeDir'> {
  readonly claim: Claim
  readonly allow: ControlAllow
  readonly warn: (message: string) => void
}

/**
 * Opens the control socket to requests: the first services are on their way by then.
 *
 * @returns What ends it; who waits for an answer gets one.
 */
export async function serveRequests(parts: ControlParts, serving: Serving): Promise<Ending> {
  const { claim, allow, warn } = serving
  const [{ createControl }, { serveControl }] = await Promise.all([
    import('../daemon/control.ts'),
    import('../system/control-socket.ts'),
  ])
  const rights = { uid: process.geteuid?.() ?? 0, allow, nameOf: openUsers().nameOf }
  const end = serveControl({
    claim,
    admit: (peer) => admit(peer, rights),
    handle: createControl(parts),
    failed: warn,
  })
  // Not before there is somebody who looks at who comes.
  if (allow.users.size + allow.groups.size > 0) letOthersConnect(serving)
  return end
}

function letOthersConnect({ claim, runtimeDir, warn }: Serving): void {
  const nobody = '"control.allow" lets nobody in'
  try {
    claim.openToAll()
    const closed = closedFolder(runtimeDir.path)
    if (closed === null) return
    const way = 'let them pass ("chmod o+x"), or set PIDONE_RUNTIME_DIR to a folder elsewhere'
    warn(`${nobody}: other users cannot pass ${JSON.stringify(closed)}; ${way}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    warn(`${nobody}: ${error.message}`)
  }
}
