import { closeSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What of koffi is used. */
interface Koffi {
  readonly load: (path: null) => Library
  readonly errno: () => number
  readonly address: (bytes: Buffer) => bigint
}

/** A library whose functions can be called; asked for one that it does not have, it throws. */
export interface Library {
  readonly func: (definition: string) => unknown
}

/** koffi, loaded with the first call that needs it. */
export function koffi(): Koffi {
  required ??= requireKoffi()
  return required
}

let required: Koffi | null = null

/** The platform's binary directly, 1.3 ms; through the package's index, which tries many places, 11 ms. */
function requireKoffi(): Koffi {
  const load = createRequire(import.meta.url)
  for (const libcName of likelyLibcs()) {
    try {
      return load(`@koromix/koffi-${process.platform}-${process.arch}/${libcName}_${process.arch}/koffi.node`) as Koffi
    } catch {
      // Whatever went wrong, the index knows more places and has the better message.
    }
  }
  return load('koffi') as Koffi
}

/** In koffi's words: `linux` is glibc. Where there is no `/proc`, Node does not know its own file; the wrong one does not load. */
function likelyLibcs(): readonly string[] {
  try {
    return [isMusl() ? 'musl' : process.platform]
  } catch {
    return [process.platform, 'musl']
  }
}

/** Whether Node itself is linked with musl: its program interpreter's name stands at the head of the file. */
function isMusl(): boolean {
  const head = Buffer.alloc(4096)
  const fd = openSync(process.execPath, 'r')
  try {
    readSync(fd, head)
  } finally {
    closeSync(fd)
  }
  return head.includes('ld-musl-')
}
