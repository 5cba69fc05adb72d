import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** How long a test waits for what has to come. */
export const DEADLINE_MS = 20_000

/** What a reader got so far. */
export interface Received {
  readonly bytes: () => Buffer
  /** Waits until the words, or so many bytes, have come; gives all that has. */
  readonly until: (what: string | number) => Promise<Buffer>
  readonly close: () => void
}

/** A real pipe; its writing end blocks, as a container's stdout does. */
export interface Pipe {
  readonly writer: number
  /** Begins to read: until then the reader stalls. */
  readonly read: () => Received
  /** The reader leaves. */
  readonly leave: () => void
}

/** Opens a pipe for the time of a test. */
export function openPipe(test: Test): Pipe {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-'))
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  let leave = closer(openReader(path))
  const writer = openSync(path, constants.O_WRONLY)
  test.teardown(() => {
    leave()
    closeSync(writer)
    rmSync(folder, { recursive: true })
  })
  return {
    writer,
    read: () => {
      const received = receive(new Socket({ fd: openReader(path), writable: false }))
      leave()
      leave = received.close
      return received
    },
    leave: () => leave(),
  }
}

/** Collects what a socket gives. */
export function receive(socket: Socket): Received {
  const chunks: Buffer[] = []
  let size = 0
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    socket.emit('received')
  })
  const bytes = () => {
    const all = Buffer.concat(chunks)
    chunks.splice(0, chunks.length, all)
    return all
  }
  return {
    bytes,
    until: async (what) => {
      const signal = AbortSignal.timeout(DEADLINE_MS)
      while (!(typeof what === 'number' ? size >= what : bytes().includes(what))) {
        await once(socket, 'received', { signal })
      }
      return bytes()
    },
    close: () => socket.destroy(),
  }
}

function openReader(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
}

function closer(fd: number): () => void {
  let isOpen = true
  return () => {
    if (isOpen) closeSync(fd)
    isOpen = false
  }
}
