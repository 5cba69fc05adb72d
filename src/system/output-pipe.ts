import { closeSync, fchownSync, fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Identity } from '../core/config/model.ts'
import { isErrno } from './errno.ts'
import { withHint } from './errno-hint.ts'
import { errnoName } from './libc/calls.ts'
import { growPipe, openPipe } from './libc/pipe.ts'
import { Refusal } from './refusal.ts'

/** A pipe from a process that is about to be started. */
export interface OutputPipe {
  /** The end that the child gets. */
  readonly writeFd: number
  /** What a link in `/proc/PID/fd` to it says (proc_pid_fd(5)). */
  readonly link: string
  /** Whether somebody could still write to it. */
  readonly isOpen: () => boolean
  /** Once the child has its end: closes ours, and reads. */
  readonly read: (take: (chunk: Uint8Array) => void, ended: () => void) => Socket
  /** When there will be no child, or nobody to read what it says: closes what is still open. */
  readonly discard: () => void
}

/** What a pipe holds (pipe(7)). */
const PIPE_BYTES = 65_536
/** What it holds once it was full so often: who writes and who reads wake each other less often then. */
const GROWN_BYTES = 262_144
const TIMES_FULL = 16

/**
 * All pipes are read into it: who takes a chunk has done with it when the call returns. An array for each would be 64 KiB
 * of garbage for each.
 */
const SHARED = new Uint8Array(131_072)

/**
 * Opens a pipe whose write end belongs to the user that will write to it: only then can that one open `/dev/stdout`
 * again, as many log configurations do.
 *
 * @throws {Refusal}
 */
export function openOutputPipe(user: Identity | null): OutputPipe {
  const ends = openPipe()
  if (typeof ends === 'number') throw refuse(errnoName(ends))
  const { readFd, writeFd } = ends
  if (user !== null) giveTo(writeFd, user)
  const closeWriteEnd = closeOnce(writeFd)
  const closeReadEnd = closeOnce(readFd)
  let socket: Socket | null = null
  let isOpen = true
  return {
    writeFd,
    link: `pipe:[${fstatSync(writeFd).ino}]`,
    isOpen: () => isOpen,
    read: (take, ended) => {
      closeWriteEnd()
      let timesFull = 0
      const callback = (length: number): boolean => {
        if (length >= PIPE_BYTES && ++timesFull === TIMES_FULL) growPipe(readFd, GROWN_BYTES)
        take(SHARED.subarray(0, length))
        return true
      }
      const options = { fd: readFd, readable: true, writable: false, onread: { buffer: SHARED, callback } }
      socket = new Socket(options)
      // A broken pipe is an ended one: `close` follows.
      socket.on('error', () => {})
      socket.once('close', () => {
        isOpen = false
        ended()
      })
      return socket
    },
    discard: () => {
      closeWriteEnd()
      // The end that a socket reads is the socket's.
      if (socket === null) closeReadEnd()
      else socket.destroy()
    },
  }
}

function refuse(code: string): Refusal {
  return new Refusal(`cannot open a pipe: ${withHint(code)}`, 126, code)
}

/** Closed a second time, the number may be somebody else's. */
function closeOnce(fd: number): () => void {
  let isOpen = true
  return () => {
    if (!isOpen) return
    isOpen = false
    closeSync(fd)
  }
}

/** Without the right to do so (CAP_CHOWN) the pipe still works; it only cannot be opened again. */
function giveTo(fd: number, user: Identity): void {
  try {
    fchownSync(fd, user.uid, user.gid)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
