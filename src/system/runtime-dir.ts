import { accessSync, constants, readdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Machine } from '../core/machine.ts'
import { isErrno } from './errno.ts'
import { withHint } from './errno-hint.ts'
import { namedRuntimeDir, type Project, projectDirs, SURROUNDINGS, type Surroundings } from './runtime-places.ts'
import { exposedOn, makeFolder, makeWay, mendMode, refusalOf } from './private-folder.ts'
import { makeFile } from './private-file.ts'
import { createReadyFile } from './ready-file.ts'

/** The folder of a supervisor's run-time files, made and checked. */
export interface RuntimeDir {
  readonly path: string
  /** Where the notification sockets go: services of other users can reach a socket in it, but not list it. */
  readonly notifyDir: string
  /** Makes it ours, once the control socket is claimed and so nobody else is at home: takes away an earlier life's. */
  readonly moveIn: () => void
  readonly setReadyFile: Machine['setReadyFile']
  /** Removes what was put into the folder: as long as the control socket is claimed, since it may be another's then. */
  readonly removeFiles: () => void
  /** Removes the folders that are ours and empty; what others put there stays, a successor's things too. */
  readonly removeFolders: () => void
}

/** What the run-time files are for: `project` is null for the container's only supervisor. */
export interface RuntimeDirRequest {
  readonly project: Project | null
  /** Told in words when one of the files cannot be made or removed. */
  readonly failed: (message: string) => void
  readonly surroundings?: Surroundings
}

/**
 * Makes the folder for run-time files: where `PIDONE_RUNTIME_DIR` says, else the usual place, else a private one under
 * /tmp.
 *
 * An existing folder is left as it is, since another supervisor may be at home there; only what lets strangers change it
 * is mended at once. Claim the control socket next (`control-claim.ts`), then move in.
 *
 * @returns The folder, or why there is none.
 */
export function makeRuntimeDir(request: RuntimeDirRequest): RuntimeDir | HomeRefusal {
  const refusals: HomeRefusal[] = []
  for (const folders of candidates(request)) {
    const made = prepare(folders, request.surroundings ?? SURROUNDINGS)
    if ('path' in made) return opened(made, request)
    refusals.push(made)
  }
  const one = namedRuntimeDir(request.surroundings ?? SURROUNDINGS) === null ? 'one' : 'another one'
  const whys = refusals.map(({ refusal }) => refusal).join('; ')
  return {
    refusal: `cannot make a folder for run-time files: ${whys}; set PIDONE_RUNTIME_DIR to ${one}`,
    by: refusals.every(({ by }) => by === 'machine') ? 'machine' : 'us',
  }
}

/** Stands for a folder that cannot be made: nothing is written. */
export function noRuntimeDir(surroundings: Surroundings = SURROUNDINGS): RuntimeDir {
  const path = namedRuntimeDir(surroundings) ?? surroundings.run
  return {
    path,
    notifyDir: path,
    moveIn: doNothing,
    setReadyFile: doNothing,
    removeFiles: doNothing,
    removeFolders: doNothing,
  }
}

function doNothing(): void {}

/** Why there is no home: the machine cannot give one (no space, read-only), or it can and we do not want it (another's). */
export interface HomeRefusal {
  readonly refusal: string
  readonly by: 'machine' | 'us'
}

/** A place's folders, the outermost first: all are made and checked, the last is the place itself. */
type Folders = readonly [string, ...string[]]

interface Made {
  readonly path: string
  /** The folders to remove at the end, if they are empty then. */
  readonly ours: readonly string[]
}

function candidates({ project, surroundings = SURROUNDINGS }: RuntimeDirRequest): readonly Folders[] {
  const named = namedRuntimeDir(surroundings)
  if (named !== null) return [[named]]
  if (project === null) return [[surroundings.run], [surroundings.fallback]]
  return projectDirs(surroundings, project).map((path): Folders => [dirname(path), path])
}

/**
 * Node has no openat(2), so it is the order that leaves no moment to a stranger. First the way, without the links that
 * may be on it, which somebody else could turn elsewhere later: nobody else can rename or replace what is of ours there. Then mkdir(2), which makes the folder ours or finds one, link or not. Then the look at
 * what is there, which stays true, as nobody can exchange it any more. Only what strangers could put into a folder before
 * its mode was mended is left: so a file of ours is always made anew, and a folder in it is looked at again.
 */
function prepare(folders: Folders, surroundings: Surroundings): Made | HomeRefusal {
  const isNamed = namedRuntimeDir(surroundings) !== null
  const ours: string[] = []
  try {
    if (isNamed) makeWay(dirname(folders[0]))
    const around = realpathSync(dirname(folders[0]))
    const exposed = exposedOn(around, surroundings.uid)
    if (exposed !== null) return { refusal: exposed, by: 'us' }
    const real = folders.map((folder) => join(around, relative(dirname(folders[0]), folder)))
    for (const folder of real) {
      // A folder that somebody named may be his own: neither its mode nor its life is ours.
      if (makeFolder(folder) || !isNamed) ours.unshift(folder)
      const refusal = refusalOf(folder, { uid: surroundings.uid, mode: isNamed ? 'refuse' : 'mend' })
      if (refusal !== null) return { refusal, by: 'us' }
    }
    const path = real.at(-1) ?? around
    // It may be there and still be of no use, as on a read-only root.
    accessSync(path, constants.W_OK | constants.X_OK)
    return { path, ours }
  } catch (error) {
    if (!isErrno(error)) throw error
    return { refusal: `${JSON.stringify(error.path ?? folders[0])}: ${error.code}`, by: 'machine' }
  }
}

function opened({ path, ours }: Made, { project, failed }: RuntimeDirRequest): RuntimeDir {
  const notifyDir = join(path, 'notify')
  const readyFile = join(path, 'ready')
  const folderFile = join(path, 'folder')
  return {
    path,
    notifyDir,
    moveIn: () => {
      for (const folder of ours) quietly(() => mendMode(folder))
      attempt(() => rmSync(readyFile, { force: true }), failed)
      if (project === null) return
      attempt(() => {
        rmSync(folderFile, { force: true })
        makeFile(folderFile, project.folder)
      }, failed)
    },
    setReadyFile: createReadyFile(readyFile, failed),
    removeFiles: () => {
      for (const file of [readyFile, folderFile]) quietly(() => rmSync(file, { force: true }))
      quietly(() => {
        for (const socket of socketsIn(notifyDir)) rmSync(socket, { force: true })
        rmdirSync(notifyDir)
      })
    },
    // One that is a mount of its own stays too.
    removeFolders: () => {
      for (const folder of ours) quietly(() => rmdirSync(folder))
    },
  }
}

function socketsIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isSocket()).map(({ name }) => join(folder, name))
}

/** For what harms nobody when it fails, as at the end. */
function quietly(act: () => unknown): void {
  attempt(act, () => {})
}

function attempt(act: () => unknown, failed: (message: string) => void): void {
  try {
    act()
  } catch (error) {
    if (!isErrno(error)) throw error
    failed(`cannot ${error.syscall} ${JSON.stringify(error.path)}: ${withHint(error.code)}`)
  }
}
