import { chmodSync, chownSync, closeSync, mkdirSync, rmSync } from 'node:fs'
import type { Identity } from '../core/config/model.ts'
import { errnoName, openDatagramSocket, receive } from './libc.ts'
import { errnoOf, Refusal } from './refusal.ts'

/** sun_path holds 108 bytes, the last one a NUL (unix(7)). */
const LONGEST_PATH = 107
/** Datagrams taken of one socket in one turn of the event loop: a service that floods must not hold up the rest. */
const PER_TURN = 64
/** systemd's own limit is 4096 (NOTIFY_BUFFER_MAX); what is longer is cut. */
const MAX_BYTES = 16_384

/** The socket on which one run of a service says that it is ready (sd_notify(3)). */
export interface NotifySocket {
  /** The value of NOTIFY_SOCKET. */
  readonly address: string
  /** Takes all that has arrived. */
  readonly drain: () => void
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
}

/** Sockets in a folder, which is made with the first; the kernel says by SIGIO that one of them has something. */
export function createNotifySockets(folder: string): NotifySockets {
  const open = new Set<NotifySocket>()
  const buffer = Buffer.alloc(MAX_BYTES)
  const drainAll = (): void => {
    for (const socket of open) socket.drain()
  }
  let opened = 0
  return {
    drainAll,
    open: (request) => {
      // Before the first socket: a SIGIO that nobody listens to is deadly.
      if (opened === 0) process.on('SIGIO', drainAll)
      opened += 1
      const address = chooseAddress(folder, request.service, opened)
      const fd = bindSocket(address, request.user)
      const socket: NotifySocket = {
        address,
        drain: () => {
          if (open.has(socket) && drain(fd, buffer, request.notified) === 'more') setImmediate(socket.drain)
        },
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

/** `<folder>/<service>.sock`; when that is too long, a number in place of the name, and at last an abstract name. */
function chooseAddress(folder: string, service: string, opened: number): string {
  const paths = [encodeURIComponent(service), String(opened)].map((name) => `${folder}/${name}.sock`)
  const fitting = paths.find((path) => Buffer.byteLength(path) <= LONGEST_PATH)
  return fitting ?? `@pidone/${Math.random().toString(36).slice(2)}/${opened}`
}

function bindSocket(address: string, user: Identity | null): number {
  try {
    prepareFolder(address)
    const fd = openDatagramSocket(address)
    if (fd < 0) throw new Refusal(`cannot open the notification socket "${address}": ${errnoName(fd)}`)
    restrict({ address, fd, user })
    return fd
  } catch (error) {
    const code = errnoOf(error)
    throw code === null ? error : new Refusal(`cannot open the notification socket "${address}": ${code}`)
  }
}

/** Others may pass through, to their own socket, and not look around. What an earlier supervisor left is removed. */
function prepareFolder(address: string): void {
  if (address.startsWith('@')) return
  const folder = address.slice(0, address.lastIndexOf('/'))
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o711)
  removeSocket(address)
}

/** Only the service itself may write to it; an abstract socket has no owner. */
function restrict({ address, fd, user }: { address: string; fd: number; user: Identity | null }): void {
  if (address.startsWith('@')) return
  try {
    chmodSync(address, 0o600)
    if (user !== null) chownSync(address, user.uid, user.gid)
  } catch (error) {
    closeSync(fd)
    removeSocket(address)
    throw error
  }
}

function removeSocket(address: string): void {
  if (!address.startsWith('@')) rmSync(address, { force: true })
}

/** What cannot be removed now is removed before the next run binds there, or told then. */
function tryToRemove(address: string): void {
  try {
    removeSocket(address)
  } catch (error) {
    if (errnoOf(error) === null) throw error
  }
}

/** Datagrams until there is none; `more` when the turn's share is used up first. */
function drain(fd: number, buffer: Buffer, notified: (message: string) => void): 'empty' | 'more' {
  for (let taken = 0; taken < PER_TURN; taken++) {
    const length = receive(fd, buffer)
    if (length < 0) return 'empty'
    if (length > 0) notified(buffer.toString('utf8', 0, length))
  }
  return 'more'
}
