import { closeSync, readFileSync } from 'node:fs'
import { isErrno } from './errno.ts'
import { textOf } from './raw-text.ts'

/** What a container was started with and hands on to all in it. */
export interface Inheritance {
  /** Texts as of `textOf`, so that every byte is kept; in the order that they came in. */
  readonly environment: ReadonlyMap<string, string>
  /** The soft limit of open files, as `ulimit -Sn` says it; null: unknown. */
  readonly softFileLimit: string | null
}

/** `lost`: the launcher should have handed it over. `none`: there is no launcher. */
export type HandedOver =
  | { readonly kind: 'whole'; readonly inheritance: Inheritance }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'none' }

/** The variable in which the launcher says on which descriptor its copy is. */
export const COPY_VARIABLE = 'PIDONE_COPY_FD'

/**
 * Takes the launcher's copy of what it was started with, and closes its descriptor; to be called once.
 *
 * `bin/launch.sh` says what stands in it, and why. Its length can be that of an environment, 2 MB and more: somebody
 * writes until all is read.
 */
export function takeHandedOver(own: Readonly<Record<string, string | undefined>>): HandedOver {
  const named = own[COPY_VARIABLE]
  if (named === undefined) return { kind: 'none' }
  const fd = Number(named)
  if (!(fd > 2)) return { kind: 'lost', why: 'the launcher could not copy it' }
  try {
    return parseCopy(readToEnd(fd))
  } catch (error) {
    if (isErrno(error)) return { kind: 'lost', why: `the launcher's copy cannot be read: ${error.code}` }
    throw error
  }
}

function readToEnd(fd: number): string {
  try {
    return readFileSync(fd, 'latin1')
  } finally {
    closeSync(fd)
  }
}

function parseCopy(copy: string): HandedOver {
  const [, softFileLimit, base64] = /^(\w+)\n([^.]*)\.\n$/.exec(copy) ?? []
  if (softFileLimit === undefined || base64 === undefined)
    return { kind: 'lost', why: "the launcher's copy is not whole" }
  return { kind: 'whole', inheritance: { environment: parseEnviron(Buffer.from(base64, 'base64')), softFileLimit } }
}

/**
 * The variables of an environment as execve(2) takes it: strings, each with a NUL behind it.
 *
 * Of two with the same name the first counts, as in getenv(3). A string without `=` is no variable, and is left out.
 */
export function parseEnviron(environ: Uint8Array): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (let start = 0, end = 0; start < environ.length; start = end + 1) {
    const nul = environ.indexOf(0, start)
    end = nul < 0 ? environ.length : nul
    const equals = environ.subarray(start, end).indexOf(0x3d)
    if (equals < 0) continue
    const name = textOf(environ.subarray(start, start + equals))
    if (!variables.has(name)) variables.set(name, textOf(environ.subarray(start + equals + 1, end)))
  }
  return variables
}
