import { lstatSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { isErrno } from './errno.ts'

/** How the private folder begins in which a start gets ready. */
export const STAGING = '.claim-'

/**
 * Renames a private folder into the lock's place (see `control-claim.ts` for why this makes one owner).
 *
 * @returns The name of the owner who lives and has the lock; null when it is ours.
 */
export async function takeLock(folder: string, staging: string): Promise<string | null> {
  const lock = join(folder, 'control.lock')
  for (;;) {
    try {
      renameSync(staging, lock)
      return null
    } catch (error) {
      if (!isErrno(error) || (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST')) throw error
    }
    const live = await breakIfDead(lock)
    if (live !== null) return live
  }
}

/**
 * Removes the private folders that killed starts left. One of somebody who starts at this moment and does not listen yet
 * may go too: he begins again, and finds the owner of the lock.
 */
export async function sweep(folder: string): Promise<void> {
  const entries = readdirSync(folder, { withFileTypes: true })
  for (const { name: staging } of entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(STAGING))) {
    const path = join(folder, staging)
    try {
      for (const name of readdirSync(path)) {
        const socket = join(path, name)
        if (lstatSync(socket).isSocket() && !(await isAlive(socket))) unlinkSync(socket)
      }
      rmdirSync(path)
    } catch (error) {
      // It lives, it is gone meanwhile, or it is no folder of ours.
      if (!isErrno(error)) throw error
    }
  }
}

async function breakIfDead(lock: string): Promise<string | null> {
  for (const name of namesIn(lock)) {
    if (await isAlive(join(lock, name))) return name
    ignoring(['ENOENT'], () => unlinkSync(join(lock, name)))
  }
  return null
}

function namesIn(lock: string): readonly string[] {
  try {
    return readdirSync(lock)
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return [] // given up meanwhile
    throw error
  }
}

/** Refused and gone are dead; anything else, such as a full queue (EAGAIN), is somebody. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error) => {
      resolve(!(isErrno(error) && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT')))
    })
  })
}

function ignoring(codes: readonly string[], act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isErrno(error) || !codes.includes(error.code)) throw error
  }
}
