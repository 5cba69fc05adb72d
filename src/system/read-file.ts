import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** The bytes of a file, or why there are none; `missing` tells a file that is not there from one that refuses. */
export type FileBytes =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'too-large'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }

/**
 * Reads a regular file of at most `maxBytes`; never blocks on a pipe or a device, never throws.
 *
 * The size is judged by what is read, since it may change meanwhile, and files of /proc say 0.
 */
export function readRegularFile(path: string, maxBytes: number): FileBytes {
  try {
    const kind = kindOf(statSync(path))
    return kind === 'file' ? readBounded(path, maxBytes) : { kind: 'refused', why: `it is ${kind}` }
  } catch (error) {
    return refusal(error)
  }
}

interface Kinds {
  readonly isFile: () => boolean
  readonly isDirectory: () => boolean
  readonly isFIFO: () => boolean
  readonly isSocket: () => boolean
}

function kindOf(stats: Kinds): string {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'a directory'
  if (stats.isFIFO()) return 'a pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}

function readBounded(path: string, maxBytes: number): FileBytes {
  // Between the check and here the file may have been replaced by a pipe, whose open(2) would wait for a writer.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(fd)
    const kind = kindOf(stats)
    if (kind !== 'file') return { kind: 'refused', why: `it is ${kind}` }
    const bytes = readUpTo(fd, stats.size, maxBytes)
    if (bytes.length > maxBytes) return { kind: 'too-large', why: `it is larger than ${maxBytes / 1024} KiB` }
    return { kind: 'bytes', bytes }
  } finally {
    closeSync(fd)
  }
}

const CHUNK_BYTES = 65_536

/**
 * Reads until the end, or until it is more than allowed; nearly always that is one buffer of the expected size. Of a file
 * below /proc/sys all has to be read at once: at any later position there is nothing (proc_sys_call_handler).
 */
function readUpTo(fd: number, expected: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = []
  let size = 0
  while (size <= maxBytes) {
    const isSized = size === 0 && expected > 0
    const chunk = Buffer.allocUnsafe(isSized ? Math.min(expected, maxBytes) + 1 : CHUNK_BYTES)
    const read = readSync(fd, chunk)
    if (read === 0) break
    chunks.push(chunk.subarray(0, read))
    size += read
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

function refusal(error: unknown): FileBytes {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  switch (code) {
    case 'ENOENT':
      return { kind: 'missing', why: 'no such file' }
    case 'ENOTDIR':
      return { kind: 'missing', why: 'a part of its path is not a directory' }
    case 'EACCES':
    case 'EPERM':
      return { kind: 'refused', why: 'permission denied' }
    case 'ELOOP':
      return { kind: 'refused', why: 'too many symbolic links' }
    case 'ENAMETOOLONG':
      return { kind: 'refused', why: 'the name is too long' }
    default:
      // Among them ERR_INVALID_ARG_VALUE, for a path with a NUL in it.
      return { kind: 'refused', why: code }
  }
}
