import { isErrno } from './errno.ts'
import { withHint } from './errno-hint.ts'

/** What to do where a log file cannot be written or rotated. */
const WAYS_OUT: Readonly<Record<string, string | undefined>> = {
  EACCES: 'permission denied; give its folder to the user of the supervisor',
  EBUSY: 'it is a mount of its own; mount its folder in its place',
  EDQUOT: 'the quota is used up; free some space',
  EFBIG: 'it may not become larger; rotate it, or raise the limit ("docker run --ulimit fsize=N")',
  EIO: 'the disk has failed; look at the kernel log',
  EISDIR: 'it is a folder; name a file in it',
  ELOOP: 'it is a symbolic link, and others can change its folder; remove it',
  ENOENT: 'its folder is not there; make it, or mount a volume there',
  ENOSPC: 'no space left on the device; free some, or keep fewer and smaller files',
  ENOTDIR: 'what should be its folder is a file; name another place',
  ENXIO: 'nobody reads this fifo; start its reader',
  EPERM: 'not permitted; look at its attributes ("lsattr")',
  EPIPE: 'the reader of this fifo has gone; start it again',
  EROFS: 'the file system is read-only; mount a volume or a tmpfs there',
}

/** Why a file is not written, and the way out. */
export function explainLogFile(error: unknown): string {
  if (!isErrno(error)) return error instanceof Error ? error.message : String(error)
  const wayOut = WAYS_OUT[error.code]
  return wayOut === undefined ? withHint(error.code) : `${error.code}: ${wayOut}`
}
