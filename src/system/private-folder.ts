import { chmodSync, lstatSync, type Stats } from 'node:fs'

/** Everybody may pass through, to a notification socket; only we may list and change. */
export const FOLDER_MODE = 0o711

/**
 * Checks that a folder is ours to trust: a real one, of our own or root's, which no stranger can change. In /tmp anybody
 * may have made the name before us, as a link to somewhere else or as a trap.
 *
 * @param wanted `mend`: give a folder of our own the mode that ours have; `refuse`: change nothing.
 * @returns Why it is refused, or null.
 */
export function refusalOf(
  path: string,
  wanted: { readonly uid: number; readonly mode: 'mend' | 'refuse' },
): string | null {
  const stats = lstatSync(path)
  if (!stats.isDirectory()) return `${JSON.stringify(path)} is ${kindOf(stats)}`
  if (stats.uid !== wanted.uid && stats.uid !== 0) return `${JSON.stringify(path)} belongs to uid ${stats.uid}`
  if (wanted.mode === 'mend' && stats.uid === wanted.uid) {
    if ((stats.mode & 0o777) !== FOLDER_MODE) chmodSync(path, FOLDER_MODE)
    return null
  }
  return (stats.mode & 0o022) === 0 ? null : `${JSON.stringify(path)} can be changed by other users`
}

function kindOf(stats: Stats): string {
  return stats.isSymbolicLink() ? 'a symbolic link' : 'not a folder'
}
