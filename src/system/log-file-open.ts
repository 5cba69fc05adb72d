import { close, constants, fchmod, fstat, open, read, type Stats } from 'node:fs'
import { readlink, stat } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import { promisify } from 'node:util'
import { isErrno } from './errno.ts'

/** A log file that can be written to. */
export interface OpenedLogFile {
  /** It appends and, where there could be a wait, does not block. */
  readonly fd: number
  readonly stats: Stats
  /** Its last line has no end: somebody was killed, or the disk was full, in the middle of it. */
  readonly isTorn: boolean
}

/** A file that is there, but that nothing should be written to. */
export class Distrust extends Error {}

const { O_APPEND, O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
const MODE = 0o640
const NEWLINE = 10

const openPath = promisify(open)
const closeFd = promisify(close)

/**
 * Opens the log file at a path, and makes it when there is none.
 *
 * Where others can change its folder, such as a service's user, they could put a link there and have us write their lines
 * into a file of root's. So there, and only there, no link is followed: elsewhere one was put by whoever may do so, and
 * `/dev/stdout` is one. The kernel has a similar rule, which it can do without (`protected_symlinks` in proc_sys_fs(5)).
 *
 * @throws {Distrust}
 */
export async function openLogFile(path: string): Promise<OpenedLogFile> {
  const folder = await stat(dirname(path))
  const isShared = canOthersChange(folder)
  const flags = O_APPEND | O_NONBLOCK | O_NOCTTY | (isShared ? O_NOFOLLOW : 0)
  const found = await openOrMake(path, flags).catch(async (error: unknown) => {
    const target = isShared ? null : await danglingTarget(path, error)
    if (target === null) throw error
    return target
  })
  if (typeof found === 'string') return openLogFile(found)
  const fd = found
  try {
    const stats = await promisify(fstat)(fd)
    if (isShared && stats.isFile()) checkFile(stats, folder)
    const isTorn = stats.isFile() && stats.size > 0 && (await isWithinLine(path, flags, stats.size))
    return { fd, stats, isTorn }
  } catch (error) {
    await closeFd(fd)
    throw error
  }
}

function canOthersChange({ mode, uid }: Stats): boolean {
  return (mode & 0o022) !== 0 || !isOurs(uid)
}

function isOurs(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.()
}

function checkFile(file: Stats, folder: Stats): void {
  if (file.nlink > 1) throw new Distrust('it has a second name, and others can change its folder; remove it')
  const isEverybodys = (folder.mode & 0o002) !== 0
  if (isEverybodys && !isOurs(file.uid) && file.uid !== folder.uid)
    throw new Distrust(`it belongs to uid ${file.uid}, and everybody can change its folder; remove it`)
}

/** Where a link leads behind which there is no file yet: whether one is made there is for that folder to say. */
async function danglingTarget(path: string, error: unknown): Promise<string | null> {
  if (!isErrno(error) || error.code !== 'EEXIST') return null
  const target = await readlink(path).catch(() => null)
  // Not normalized: the folder may be behind a link itself, and then `..` is another one.
  return target === null || isAbsolute(target) ? target : `${dirname(path)}/${target}`
}

/** Its mode is set, not asked for: the umask may be, for a moment, that of a service which is just being started. */
async function openOrMake(path: string, flags: number): Promise<number> {
  try {
    return await openPath(path, O_WRONLY | flags)
  } catch (error) {
    if (!isErrno(error) || error.code !== 'ENOENT') throw error
  }
  const fd = await openPath(path, O_WRONLY | O_CREAT | O_EXCL | flags, 0)
  await promisify(fchmod)(fd, MODE & ~OWN_UMASK)
  return fd
}

/** Read when this is loaded, before the first service. */
const OWN_UMASK = process.umask()

/** Who may not read it cannot know. */
async function isWithinLine(path: string, flags: number, size: number): Promise<boolean> {
  const last = Buffer.alloc(1)
  try {
    const fd = await openPath(path, O_RDONLY | flags)
    try {
      const { bytesRead } = await promisify(read)(fd, last, 0, 1, size - 1)
      return bytesRead === 1 && last[0] !== NEWLINE
    } finally {
      await closeFd(fd)
    }
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
