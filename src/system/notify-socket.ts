import { chmodSync, chownSync, closeSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Identity, ServiceConfig } from '../core/config/model.ts'
import { isErrno } from './errno.ts'
import { withHint } from './errno-hint.ts'
import { errnoName } from './libc/calls.ts'
import { hasDatagram, openDatagramSocket, receive } from './libc/datagram.ts'
import { MAX_SOCKET_PATH_BYTES } from './limits.ts'
import { makeFolder, mendMode, refusalOf } from './private-folder.ts'
import { Refusal } from './refusal.ts'

/** Datagrams taken of one socket in one turn of the event loop: a service that floods must not hold up the rest. */
const PER_TURN = 64
/** As systemd's NOTIFY_BUFFER_MAX. What is longer is ignored, as there: cut, its last line could say something else. */
const MAX_BYTES = 4096

/**
 * At the end of every address: services that outlived an earlier supervisor have that one's, and must not speak for ours.
 * Those of an earlier PID 1 are dead.
 */
const OURS = process.pid === 1 ? '' : `@${process.pid}`

/** What can be the name of a file as it stands. */
const PLAIN = /^[\w.-]+$/u

/** The socket on which one run of a service says that it is ready (sd_notify(3)). */
export interface NotifySocket {
  /** The value of NOTIFY_SOCKET. */
  readonly address: string
  /** Takes all that has arrived. */
  readonly drain: () => void
  /** Whether something has arrived that was not taken. */
  readonly isUnheard: () => boolean
  readonly close: () => void
}

/** Who will write, and who wants to know. */
interface NotifyRequest {
  readonly service: string
  readonly user: Identity | null
  readonly notified: (message: string) => void
}

/** The notification sockets of all services. */
export interface NotifySockets {
  /** Opens the socket of a new run: what was sent to that of an earlier one is gone. Throws a {@link Refusal}. */
  readonly open: (request: NotifyRequest) => NotifySocket
  /** For when SIGIO may have been lost: libuv drops signals while its pipe is full. */
  readonly drainAll: () => void
  /** Whether something has arrived at one of them that was not taken. */
  readonly isUnheard: () => boolean
}

/** Whether a service has to have such a socket. */
export function needsNotifySocket({ ready, watchdogMs }: ServiceConfig): boolean {
  return ready?.kind === 'notify-systemd' || watchdogMs !== null
}

/** Sockets in a folder, which is made when it is not there; the kernel says by SIGIO that one of them has something. */
export function createNotifySockets(folder: string): NotifySockets {
  const open = new Set<NotifySocket>()
  const buffer = Buffer.alloc(MAX_BYTES)
  const drainAll = (): void => {
    for (const socket of open) socket.drain()
  }
  let opened = 0
  return {
    drainAll,
    isUnheard: () => [...open].some((socket) => socket.isUnheard()),
    open: (request) => {
      // Before the first socket: a SIGIO that nobody listens to is deadly.
      if (opened === 0) process.on('SIGIO', drainAll)
      opened += 1
      const address = chooseAddress(folder, request.service, opened)
      const fd = bindSocket(address, request.user)
      const drain = createDraining(fd, buffer, request.notified)
      const socket: NotifySocket = {
        address,
        drain: () => {
          if (open.has(socket) && drain() === 'more') setImmediate(socket.drain)
        },
        isUnheard: () => hasDatagram(fd),
        close: () => {
          if (!open.delete(socket)) return
          closeSync(fd)
          tryToRemove(address)
        },
      }
      open.add(socket)
      return socket
    },
  }
}

/**
 * `<folder>/<service>.sock`, or a number where the name is too long or no plain one; the `+` keeps the two apart, and `@`
 * supervisors. There is no way out into an abstract address: such a socket has no owner, and anybody could say that the service is ready.
 */
function chooseAddress(folder: string, service: string, opened: number): string {
  const numbered = `+${opened}${OURS}`
  const names = PLAIN.test(service) ? [`${service}${OURS}`, numbered] : [numbered]
  const paths = names.map((name) => join(folder, `${name}.sock`))
  const fitting = paths.find((path) => Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES)
  if (fitting !== undefined) return fitting
  const excess = Buffer.byteLength(join(folder, `${numbered}.sock`)) - MAX_SOCKET_PATH_BYTES
  throw new Refusal(
    `cannot open a notification socket in ${JSON.stringify(folder)}: the path is ${excess} bytes too long for a socket; set PIDONE_RUNTIME_DIR to a shorter one`,
  )
}

function bindSocket(address: string, user: Identity | null): number {
  try {
    prepareFolder(dirname(address))
    // What an earlier supervisor left.
    rmSync(address, { force: true })
    const fd = openDatagramSocket(address)
    if (fd < 0) throw refuse(address, errnoName(fd))
    restrict({ address, fd, user })
    return fd
  } catch (error) {
    throw isErrno(error) ? refuse(address, error.code) : error
  }
}

/** What another folder would not say. */
const OF_THE_FOLDER: ReadonlySet<string> = new Set(['EACCES', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS'])

function refuse(address: string, code: string): Refusal {
  const wayOut = OF_THE_FOLDER.has(code) ? '; set PIDONE_RUNTIME_DIR to a folder that can be written' : ''
  return new Refusal(`cannot open the notification socket "${address}": ${withHint(code)}${wayOut}`, 126, code)
}

/** Others may pass through, to their own socket, and not look around. */
function prepareFolder(folder: string): void {
  makeFolder(folder)
  const refusal = refusalOf(folder, { uid: process.geteuid?.() ?? 0, mode: 'mend' })
  if (refusal !== null) throw new Refusal(`cannot open a notification socket: ${refusal}`)
  mendMode(folder)
}

/**
 * Only the service's own user and root may write to it: the kernel checks that for each datagram (unix(7)), so nothing is
 * left to check in what arrives. Which process of that user wrote is not asked: it could as well write as the service's
 * own, and one that has ended since has no process to look at.
 */
function restrict({ address, fd, user }: { address: string; fd: number; user: Identity | null }): void {
  try {
    // Linux has made it so already; gVisor, which has not, only here.
    chmodSync(address, 0o600)
    if (user !== null) chownSync(address, user.uid, user.gid)
  } catch (error) {
    closeSync(fd)
    rmSync(address, { force: true })
    throw error
  }
}

/** What cannot be removed now is removed before the next run binds there, or told then. */
function tryToRemove(address: string): void {
  try {
    rmSync(address, { force: true })
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Takes datagrams until there is none; `more` when the turn's share is used up first. */
function createDraining(fd: number, buffer: Buffer, notified: (message: string) => void): () => 'empty' | 'more' {
  let hasFailed = false
  return () => {
    for (let taken = 0; taken < PER_TURN; taken++) {
      const length = receive(fd, buffer)
      if (length !== null && length < 0) {
        // No further signal may come: looked once more, but not again and again.
        hasFailed = !hasFailed
        return hasFailed ? 'more' : 'empty'
      }
      hasFailed = false
      if (length === null) return 'empty'
      if (length > 0 && length <= buffer.length) notified(buffer.toString('utf8', 0, length))
    }
    return 'more'
  }
}
