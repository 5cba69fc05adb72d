import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isErrno } from './errno.ts'
import { refusalOf } from './private-folder.ts'

/** What the places of run-time files depend on; a test has its own. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly uid: number
  /** The container's place. */
  readonly run: string
  /** The private folder of this user, for when the usual place cannot be written. */
  readonly fallback: string
  /** PID 1's user and his private folder; null when nobody can tell. Asked for by clients only. */
  readonly init: () => { readonly uid: number; readonly folder: string } | null
}

/** The real ones. */
export const SURROUNDINGS: Surroundings = {
  environment: process.env,
  uid: process.geteuid?.() ?? 0,
  run: '/run/pidone',
  fallback: fallbackOf(process.geteuid?.() ?? 0),
  init: () => {
    const uid = ownerOf('/proc/1')
    return uid === null ? null : { uid, folder: fallbackOf(uid) }
  },
}

/** The folder that `PIDONE_RUNTIME_DIR` names, absolute, as NOTIFY_SOCKET has to be; null when it names none. */
export function namedRuntimeDir({ environment }: Surroundings): string | null {
  const named = environment['PIDONE_RUNTIME_DIR']
  return named === undefined || named === '' ? null : resolve(named)
}

/** A project that is run with `up`: its name, and the folder of its services file, absolute. */
export interface Project {
  readonly name: string
  readonly folder: string
}

/** Where a project's run-time files may be, best first. */
export function projectDirs(surroundings: Surroundings, project: Project): readonly string[] {
  return projectRoots(surroundings).map((root) => join(root, folderName(project)))
}

/**
 * Where a supervisor's run-time files may be, in the order to look: the project whose file is in `folder`, then the
 * container's place, then the private ones under /tmp, those that can be
 * trusted; `PIDONE_RUNTIME_DIR` replaces them all.
 */
export function runtimeDirsFor(folder: string, surroundings: Surroundings = SURROUNDINGS): readonly string[] {
  const named = namedRuntimeDir(surroundings)
  if (named !== null) return [named]
  const { uid, run, fallback } = surroundings
  const own = (path: string): boolean => isTrusted(path, uid)
  const projects = projectRoots(surroundings)
    .filter(own)
    .flatMap((root) => projectsOf(root, folder, own))
  // Only root can put something into /run, so whoever owns the container's place was given it.
  return [...new Set([...projects, run, ...[fallback].filter(own), ...supervisorsOwn(surroundings)])]
}

function projectRoots({ environment, fallback }: Surroundings): readonly string[] {
  const runtime = environment['XDG_RUNTIME_DIR']
  return runtime === undefined || runtime === '' ? [fallback] : [join(runtime, 'pidone'), fallback]
}

/**
 * The folder of a project's own: its name, for people, and a number that stands for the name and the place of its
 * services file. Two checkouts of one repository have the same name, and still run side by side.
 *
 * Any string can be a project's name: what would leave the folder, hide it or make the socket's path longer than the
 * 107 bytes of unix(7) is replaced.
 */
function folderName({ name, folder }: Project): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_-]/gu, '-').slice(0, 24)
  return `${safe}-${fnv1a(`${name}\0${folder}`).toString(16).padStart(8, '0')}`
}

/** A small hash (FNV-1a, 32 bits): node:crypto would cost the start a millisecond. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/**
 * Whether a folder under /tmp is this user's or root's, and no trap. One that is not there is not trusted either: anybody
 * could make it between this look and the next.
 */
function isTrusted(path: string, uid: number): boolean {
  try {
    return refusalOf(path, { uid, mode: 'refuse' }) === null
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** Each project's folder says in the file `folder` where its services file is, so no client has to read that. */
function projectsOf(root: string, folder: string, own: (path: string) => boolean): readonly string[] {
  return entriesOf(root)
    .map((entry) => join(root, entry))
    .filter((path) => own(path) && textOf(join(path, 'folder')) === folder)
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error)) return null
    throw error
  }
}

/** In a container whose PID 1 is somebody else one looks where that user's supervisor would be. */
function supervisorsOwn({ init }: Surroundings): readonly string[] {
  const there = init()
  return there !== null && isTrusted(there.folder, there.uid) ? [there.folder] : []
}

function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid
  } catch (error) {
    if (isErrno(error)) return null
    throw error
  }
}

function fallbackOf(uid: number): string {
  return `/tmp/pidone-${uid}`
}
