import { chmodSync, lstatSync, mkdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { isErrno } from './errno.ts'

/** Everybody may pass through, to a notification socket; only we may list and change. */
const FOLDER_MODE = 0o711
/** That of the folders around it, as those of an image have. */
const WAY_MODE = 0o755

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

/** Makes what is missing of a folder and of those above it: whatever the umask, others can pass and not change them. */
export function makeWay(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: WAY_MODE })
  if (first === undefined) return
  for (const folder of wayTo(path).filter((made) => made.length >= first.length)) chmodSync(folder, WAY_MODE)
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

/**
 * Checks the way to a folder of ours, given as the real path of the folder around it: whoever may write to one of those can put another in
 * the place of ours, except where the sticky bit leaves that to owners (rename(2), EPERM); an owner always can.
 *
 * A supervisor that is not root puts up with a way without the bit: Kubernetes mounts an emptyDir as /tmp with mode 0777,
 * often the only place that such a container can write to, and has one user in it. Root's services have users of their
 * own, and root would change files for them.
 *
 * @returns Why it is refused, or null.
 */
export function exposedOn(around: string, uid: number): string | null {
  // Whose the root folder is has it all: in a user namespace he may be one without a number here.
  const owners = new Set([0, uid, statSync('/').uid])
  for (const folder of wayTo(around)) {
    const stats = statSync(folder)
    if (!owners.has(stats.uid)) return `${JSON.stringify(folder)}, which is around it, belongs to uid ${stats.uid}`
    if (uid === 0 && canOthersRename(stats))
      return `other users can rename what is in ${JSON.stringify(folder)}, which has no sticky bit ("chmod +t")`
  }
  return null
}

function canOthersRename({ mode, gid }: Stats): boolean {
  const canGroup = (mode & 0o020) !== 0 && gid !== 0
  return (canGroup || (mode & 0o002) !== 0) && (mode & 0o1000) === 0
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
