import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  unlinkSync,
} from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { STAGING, sweep, takeLock } from './control-lock.ts'
import { isErrno } from './errno.ts'
import { MAX_SOCKET_PATH_BYTES } from './limits.ts'
import type { HomeRefusal } from './runtime-dir.ts'

/** Before anybody takes them; those over it are closed unheard. */
const MAX_EARLY_CONNECTIONS = 128

/** The control socket of a folder, held: nobody else can have it while this process lives. */
export interface Claim {
  /** Lets every user connect; until then the kernel lets in our own and root alone. Whoever takes connections looks. */
  readonly openToAll: () => void
  /** Hands over each connection, those first that came before anybody asked. */
  readonly onConnection: (listener: (socket: Socket) => void) => void
  /** Told of the system's refusals from now on, such as too many open files. */
  readonly onError: (listener: (error: Error) => void) => void
  /**
   * Gives it up: whoever starts from now on can have it. Takes no more connections; those that there are go on.
   * Harmless when called again.
   */
  readonly release: () => void
}

/**
 * Takes the control socket of a folder, `control.sock`, or says who has it.
 *
 * The lock is the folder `control.lock` with one listening socket in it, named for its owner and unlike any other ever.
 * It comes there whole, by renaming a private folder, which rename(2) refuses as long as the name is a folder with
 * something in it: of several who start at once one wins. The kernel says whether an owner lives: connect(2) to the
 * socket of a dead one is refused. Its lock is broken by unlinking that very name, which can hurt no successor. Only
 * the owner of the lock touches `control.sock`, a second name of its socket, private from its first moment.
 */
export async function claimControl(folder: string): Promise<Claim | HomeRefusal> {
  const tooLong = lengthRefusal(folder)
  if (tooLong !== null) return { refusal: tooLong, by: 'us' }
  try {
    const obstacle = obstacleIn(folder)
    if (obstacle !== null)
      return {
        refusal: `cannot open the control socket ${JSON.stringify(join(folder, 'control.sock'))}: ${obstacle}; remove it`,
        by: 'us',
      }
    return await claim(folder)
  } catch (error) {
    if (!isErrno(error)) throw error
    return {
      refusal: `cannot open the control socket ${JSON.stringify(join(folder, 'control.sock'))}: ${error.message}`,
      by: 'machine',
    }
  }
}

/** Of a folder that is gone. libuv makes EACCES of what bind(2) says then (uv_pipe_bind2). */
const OF_THE_GONE: ReadonlySet<string> = new Set(['ENOENT', 'EACCES'])

async function claim(folder: string): Promise<Claim | HomeRefusal> {
  for (;;) {
    const staging = mkdtempSync(join(folder, STAGING))
    const server = createServer()
    server.maxConnections = MAX_EARLY_CONNECTIONS
    try {
      chmodSync(staging, 0o700) // with a umask of 0777 it would be closed to ourselves
      const name = `${process.pid}.${staging.slice(-6)}`
      const holder = await stage({ folder, staging, name, server })
      if (holder === null) return held(folder, { name, server })
      discard(server, staging)
      return { refusal: refusalBy(holder, folder), by: 'us' }
    } catch (error) {
      const wasSwept = isErrno(error) && OF_THE_GONE.has(error.code) && !existsSync(staging)
      discard(server, staging)
      if (!wasSwept) throw error
    }
  }
}

interface Staged {
  readonly folder: string
  readonly staging: string
  readonly name: string
  readonly server: Server
}

/** @returns The name of the owner who lives and has the lock; null when it is ours. */
async function stage({ folder, staging, name, server }: Staged): Promise<string | null> {
  await listen(server, join(staging, name))
  chmodSync(join(staging, name), 0o600)
  const holder = await takeLock(folder, staging)
  if (holder === null) await sweep(folder)
  return holder
}

function discard(server: Server, staging: string): void {
  server.close()
  rmSync(staging, { recursive: true, force: true })
}

function held(folder: string, { name, server }: { readonly name: string; readonly server: Server }): Claim {
  const lock = join(folder, 'control.lock')
  const path = join(folder, 'control.sock')
  linkSync(join(lock, name), join(lock, `${name}.link`))
  renameSync(join(lock, `${name}.link`), path)
  const own = lstatSync(path)
  const early = new Set<Socket>()
  const keep = (socket: Socket): void => {
    early.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => early.delete(socket))
  }
  server.on('connection', keep)
  return {
    // By the name in the lock, a folder that nobody else can pass.
    openToAll: () => chmodSync(join(lock, name), 0o666),
    onConnection: (listener) => {
      server.off('connection', keep)
      server.maxConnections = Infinity // whoever takes them has limits of his own
      server.on('connection', listener)
      for (const socket of early) listener(socket)
      early.clear()
    },
    onError: (listener) => server.on('error', listener),
    release: () => {
      if (!server.listening) return
      // The socket keeps its inode as long as it listens: nobody else's has the same number.
      trying(() => isSame(path, own) && unlinkSync(path))
      server.close()
      trying(() => unlinkSync(join(lock, name)))
      // Not empty: somebody else has the lock already.
      trying(() => rmdirSync(lock))
    },
  }
}

function isSame(path: string, own: Stats): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false })
  return there !== undefined && there.ino === own.ino && there.dev === own.dev
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      // From here on no error of the server's may go unheard; what there is to do is the listeners' matter.
      server.on('error', () => {})
      resolve()
    })
  })
}

/** What the system refuses to remove stays: the next one replaces it. */
function trying(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function refusalBy(holder: string, folder: string): string {
  const pid = /^\d+/u.exec(holder)?.[0] ?? 'unknown'
  // Nobody else has our number, but where numbers are counted anew.
  const who = pid === String(process.pid) ? 'of another container that shares this folder' : `(pid ${pid})`
  return `another supervisor ${who} is already running: it has ${JSON.stringify(join(folder, 'control.sock'))}; stop it first, or set PIDONE_RUNTIME_DIR to a folder of its own`
}

/** What has one of our names and was never a supervisor's: somebody could write to the folder before it was ours. */
function obstacleIn(folder: string): string | null {
  const [lock, socket] = [join(folder, 'control.lock'), join(folder, 'control.sock')]
  const lockStats = lstatSync(lock, { throwIfNoEntry: false })
  if (lockStats?.isDirectory() === false) return `${JSON.stringify(lock)} is no folder`
  if (lockStats !== undefined && lockStats.uid !== 0 && lockStats.uid !== process.geteuid?.()) {
    return `${JSON.stringify(lock)} belongs to uid ${lockStats.uid}`
  }
  return lstatSync(socket, { throwIfNoEntry: false })?.isDirectory() === true
    ? `${JSON.stringify(socket)} is a folder`
    : null
}

/** The longest path that is bound or connected to is a name in the lock (unix(7): 108 bytes with the final zero). */
function lengthRefusal(folder: string): string | null {
  const longest = Buffer.byteLength(join(folder, 'control.lock', `${process.pid}.XXXXXX.link`))
  if (longest <= MAX_SOCKET_PATH_BYTES) return null
  return `cannot open a control socket in ${JSON.stringify(folder)}: the path is ${longest - MAX_SOCKET_PATH_BYTES} bytes too long for a socket; set PIDONE_RUNTIME_DIR to a shorter one`
}
