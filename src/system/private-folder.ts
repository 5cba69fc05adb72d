import { chmodSync, lstatSync, mkdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { isErrno } from './errno.ts'

/** Everybody may pass through, to a notification socket; only we may list and change. */
const FOLDER_MODE = 0o711

/**
 * Makes a folder that everybody may pass through and only we may list and change.
 *
 * @returns Whether it was not there before.
 */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: FOLDER_MODE })
  } catch (error) {
    if (isErrno(error) && error.code === 'EEXIST') return false
    throw error
  }
  chmodSync(path, FOLDER_MODE) // mkdir(2) takes the umask off
  return true
}

/** Gives a folder the mode that ours have. */
export function mendMode(path: string): void {
  if ((lstatSync(path).mode & 0o777) !== FOLDER_MODE) chmodSync(path, FOLDER_MODE)
}

/**
 * Checks that a folder is ours to trust: a real one, of our own or root's, which no stranger can change. In /tmp anybody
 * may have made the name before us, as a link to somewhere else or as a trap.
 *
 * @param wanted `mend`: a folder of our own that others can change gets the mode that ours have; `refuse`: change nothing.
 * @returns Why it is refused, or null.
 */
export function refusalOf(
  path: string,
  wanted: { readonly uid: number; readonly mode: 'mend' | 'refuse' },
): string | null {
  const stats = lstatSync(path)
  if (!stats.isDirectory()) return `${JSON.stringify(path)} is ${kindOf(stats)}`
  if (stats.uid !== wanted.uid && stats.uid !== 0) return `${JSON.stringify(path)} belongs to uid ${stats.uid}`
  if ((stats.mode & 0o022) === 0) return null
  if (wanted.mode === 'refuse' || stats.uid !== wanted.uid)
    return `${JSON.stringify(path)} can be changed by other users`
  chmodSync(path, FOLDER_MODE)
  return null
}

/** The first folder on the way to this one, or this one itself, that neither others nor its group can pass; or null. */
export function closedFolder(path: string): string | null {
  const closed = wayTo(realpathSync(path)).filter((folder) => (statSync(folder).mode & 0o011) === 0)
  return closed.at(-1) ?? null
}

/** A folder and all those above it, the innermost first. */
function wayTo(path: string): readonly string[] {
  const above = dirname(path)
  return above === path ? [path] : [path, ...wayTo(above)]
}

function kindOf(stats: Stats): string {
  return stats.isSymbolicLink() ? 'a symbolic link' : 'not a folder'
}
