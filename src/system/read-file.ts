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
    const kind = kindOf(fstatSync(fd))
    if (kind !== 'file') return { kind: 'refused', why: `it is ${kind}` }
    const buffer = Buffer.allocUnsafe(maxBytes + 1)
    const size = fill(fd, buffer)
    if (size > maxBytes) return { kind: 'too-large', why: `it is larger than ${maxBytes / 1024} KiB` }
    return { kind: 'bytes', bytes: buffer.subarray(0, size) }
  } finally {
    closeSync(fd)
  }
}

function fill(fd: number, buffer: Buffer): number {
  let size = 0
  while (size < buffer.length) {
    const read = readSync(fd, buffer, size, buffer.length - size, null)
    if (read === 0) break
    size += read
  }
  return size
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
