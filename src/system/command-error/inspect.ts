import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs'
import { basename, resolve } from 'node:path'
import { hasHandler } from './binfmt.ts'
import { parseElf, type ReadAt, whyForeign } from './elf.ts'
import { findInPath, foldersOf, type SearchPlace } from './lookup.ts'
import { noexecMountOf } from './mounts.ts'
import { parseEnvArgument, parseShebang } from './shebang.ts'
import { bytesOf } from '../raw-text.ts'

/** Why a file cannot be executed, and the status that a shell gives for it: 127 for what is not found, else 126. */
export interface Cause {
  readonly why: string
  readonly status: 126 | 127
}

/** A file to be executed, and what to call it in a sentence. */
export interface Subject {
  readonly file: string
  readonly name: string
}

/** Interpreters of interpreters that the kernel follows before it gives up with ELOOP (exec_binprm in fs/exec.c). */
const MAX_INTERPRETERS = 5

/** Enough of a file to tell what it is. */
const HEAD_BYTES = 512

/** Finds what keeps a file from being executed: its place, its permissions, its content, its interpreter. */
export function inspect(subject: Subject, place: SearchPlace, depth = 0): Cause | null {
  const cause = inspectPlace(subject)
  if (cause !== null) return cause
  if (depth > MAX_INTERPRETERS) {
    return { why: `it leads to more than ${MAX_INTERPRETERS} interpreters of interpreters`, status: 126 }
  }
  const fd = open(subject.file)
  // Executable without being readable is legal, and then nothing more is known.
  if (fd === null) return null
  try {
    return inspectContent({ ...subject, read: readerOf(fd) }, place, depth)
  } finally {
    closeSync(fd)
  }
}

function inspectPlace({ file, name }: Subject): Cause | null {
  let stats: Stats
  try {
    stats = statSync(bytesOf(file))
  } catch (error) {
    return whyNoStat({ file, name }, error)
  }
  if (stats.isDirectory()) return { why: `${name} is a directory`, status: 126 }
  if (!stats.isFile()) return { why: `${name} is not a regular file`, status: 126 }
  // access(2) refuses on noexec mounts too.
  if (isExecutable(file)) return null
  const mount = noexecMountOf(file)
  if (mount !== null) {
    return { why: `${name} lies on "${mount}", which is mounted noexec; put it on another file system`, status: 126 }
  }
  if ((stats.mode & 0o111) === 0) return { why: `${name} is not executable; try chmod +x "${file}"`, status: 126 }
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0')
  return {
    why: `${name} has mode ${mode} and owner ${stats.uid}:${stats.gid}, which do not let us execute it`,
    status: 126,
  }
}

function whyNoStat({ file, name }: Subject, error: unknown): Cause | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  switch (code) {
    case 'ENOENT': {
      const target = linkTarget(file)
      if (target === null) return { why: `${name} does not exist`, status: 127 }
      return { why: `${name} is a link to "${target}", which does not exist`, status: 127 }
    }
    case 'ENOTDIR':
      return { why: `${name} does not exist, since a part of its path is not a directory`, status: 126 }
    case 'EACCES':
      return { why: `${name} lies in a directory that we may not search`, status: 126 }
    case 'ELOOP':
      return { why: `${name} is a link that leads back to itself`, status: 126 }
    default:
      return null
  }
}

function linkTarget(file: string): string | null {
  try {
    return lstatSync(bytesOf(file)).isSymbolicLink() ? readlinkSync(bytesOf(file)) : null
  } catch {
    return null
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(bytesOf(file), constants.X_OK)
    return true
  } catch {
    return false
  }
}

function open(file: string): number | null {
  try {
    return openSync(bytesOf(file), 'r')
  } catch {
    return null
  }
}

function readerOf(fd: number): ReadAt {
  return (position, length) => {
    const bytes = Buffer.alloc(length)
    try {
      return bytes.subarray(0, readSync(fd, bytes, 0, length, position))
    } catch {
      // A failing disk, or a position beyond all files from a damaged header: nothing is there to read.
      return bytes.subarray(0, 0)
    }
  }
}

type Opened = Subject & { readonly read: ReadAt }

function inspectContent(subject: Opened, place: SearchPlace, depth: number): Cause | null {
  const head = subject.read(0, HEAD_BYTES)
  const shebang = parseShebang(head)
  if (shebang === null) return inspectElf(subject, head)
  if (shebang.kind === 'broken') return refuse(subject, shebang.why)
  const file = resolve(place.folder, shebang.path)
  const interpreter = { file, name: part(subject, `interpreter "${shebang.path}"`) }
  const cause = inspect(interpreter, place, depth + 1)
  if (cause !== null) return cause
  return basename(file) === 'env' && shebang.argument !== null ? inspectEnv(subject, shebang.argument, place) : null
}

function inspectEnv(subject: Subject, argument: string, place: SearchPlace): Cause | null {
  const program = parseEnvArgument(argument)
  switch (program.kind) {
    case 'unknown':
      return null
    case 'one-word':
      return {
        why: `${subject.name} asks env for one program called "${program.name}"; write env -S ${program.name}`,
        status: 127,
      }
    case 'program':
      if (program.name.includes('/') || findInPath(program.name, place).length > 0) return null
      return {
        why: `${part(subject, `interpreter "${program.name}"`)} is not found in PATH (${foldersOf(place).join(':')})`,
        status: 127,
      }
  }
}

function inspectElf(subject: Opened, head: Buffer): Cause | null {
  const elf = parseElf(subject.read)
  const isHandled = (): boolean => hasHandler({ path: subject.file, head })
  if (elf === null) return isHandled() ? null : refuse(subject, describeOther(head))
  if (elf.kind === 'broken') return refuse(subject, elf.why)
  const foreign = whyForeign(elf.machine, process.arch)
  if (foreign !== null) return isHandled() ? null : refuse(subject, foreign)
  if (elf.loader === null) return null
  const cause = inspectPlace({ file: elf.loader, name: part(subject, `dynamic loader "${elf.loader}"`) })
  return cause === null ? null : { ...cause, why: `${cause.why}${originOf(elf.loader)}` }
}

function originOf(loader: string): string {
  if (/\/ld-musl/.test(loader)) return '; it is built for musl, as in Alpine: take a build for glibc'
  return /\/ld-linux|\/ld64/.test(loader) ? '; it is built for glibc: take a build for this system' : ''
}

/** Says what a file is that is neither a script with a first line nor an ELF program. */
function describeOther(head: Buffer): string {
  if (head.length === 0) return 'is empty'
  const start = head.toString('latin1', 0, 4)
  if (start.startsWith('MZ')) return 'is a Windows program'
  if (/^(?:[\xcf\xce]\xfa\xed\xfe|\xca\xfe\xba\xbe)$/.test(start)) return 'is a macOS program'
  if (start === '\xef\xbb\xbf#') return 'begins with a byte order mark, which hides its first line #!; save it without'
  if (/^(?:\xff\xfe|\xfe\xff)/.test(start)) return 'is a text in UTF-16; save it in UTF-8'
  if (head.includes(0)) return 'is neither a program nor a script'
  if (/^\s+#!/.test(head.toString('latin1'))) return 'has its "#!" not at the very beginning; remove what is before it'
  return 'is a text without a first line such as #!/bin/sh'
}

function refuse(subject: Subject, why: string): Cause {
  return { why: `${subject.name} ${why}`, status: 126 }
}

/** Names something that belongs to a file: `its …`, or `the … of "/file"`. */
function part(subject: Subject, what: string): string {
  return subject.name === 'it' ? `its ${what}` : `the ${what} of ${subject.name}`
}
