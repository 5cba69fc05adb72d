import { accessSync, constants, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { Refusal } from './refusal.ts'

const FOLDERS: readonly string[] = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']

/**
 * The program that switches user and groups: util-linux's setpriv(1), by its place, not by PATH: that one is the
 * service's. Busybox has one of that name that cannot do it.
 *
 * @param folders Where to look; only tests look elsewhere.
 * @throws {Refusal}
 */
export function findSetpriv(folders: readonly string[] = FOLDERS): string {
  const paths = folders.map((folder) => `${folder}/setpriv`).filter(isExecutable)
  const found = paths.find((path) => basename(realpathSync(path)) !== 'busybox')
  if (found !== undefined) return found
  const [busybox] = paths
  const why =
    busybox === undefined ? `no "setpriv" in ${folders.join(', ')}` : `"${busybox}" is Busybox's, which cannot`
  throw new Refusal(`cannot switch the user: ${why}; install util-linux`)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
