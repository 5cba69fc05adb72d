import { constants } from 'node:fs'
import { lstat, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Distrust } from './log-file-open.ts'
import { plainLogFiles, unfinishedName } from './log-rotation.ts'
import type { Turns } from './turns.ts'

/** Whose old files are compressed. */
export interface CompressRequest {
  readonly path: string
  readonly maxFiles: number
  /** Runs something while nobody else renames any of them. */
  readonly exclusively: Turns
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
const CHUNK_BYTES = 65_536

/** Compresses the old files one after another, the newest first, until all are. */
export async function compressLogFiles(request: CompressRequest): Promise<void> {
  for (;;) {
    const plain = await request.exclusively(() => openNewest(request))
    if (plain === null) return
    try {
      await compress(request, plain)
    } finally {
      await plain.close()
    }
  }
}

async function openNewest({ path, maxFiles }: CompressRequest): Promise<FileHandle | null> {
  const [rank] = await plainLogFiles(path, maxFiles)
  return rank === undefined ? null : open(`${path}.${rank}`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
}

/** Meanwhile it may be renamed, or removed: at the end it is known by its inode. It stays until the other is on the disk. */
async function compress({ path, maxFiles, exclusively }: CompressRequest, plain: FileHandle): Promise<void> {
  const stats = await plain.stat()
  if (!stats.isFile() || stats.nlink > 1)
    throw new Distrust('one of them has a second name, or is no file; remove that')
  const unfinished = unfinishedName(path)
  await rm(unfinished, { force: true })
  try {
    await copyCompressed(plain, await open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), stats.mode)
    await exclusively(async () => {
      const rank = await rankOf(path, maxFiles, stats.ino)
      if (rank === null) return rm(unfinished)
      await rename(unfinished, `${path}.${rank}.gz`)
      await rm(`${path}.${rank}`)
    })
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

async function copyCompressed(plain: FileHandle, compressed: FileHandle, mode: number): Promise<void> {
  try {
    // Streams, so that each step is the thread pool's.
    await pipeline(
      plain.createReadStream({ autoClose: false, start: 0, highWaterMark: CHUNK_BYTES }),
      createGzip({ chunkSize: CHUNK_BYTES }),
      // Not a stream of its own: such a one would only end by closing.
      (chunks: AsyncIterable<Uint8Array>) => writeFile(compressed, chunks),
    )
    await compressed.chmod(mode & 0o640)
    await compressed.sync()
  } finally {
    await compressed.close()
  }
}

async function rankOf(path: string, maxFiles: number, inode: number): Promise<number | null> {
  for (const rank of await plainLogFiles(path, maxFiles)) {
    if ((await lstat(`${path}.${rank}`)).ino === inode) return rank
  }
  return null
}
