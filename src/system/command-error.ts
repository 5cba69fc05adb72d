import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Cause, inspect } from './command-error/inspect.ts'
import { findInPath, foldersOf, isFile, type SearchPlace, suggestCommand } from './command-error/lookup.ts'
import { bytesOf } from './raw-text.ts'

/** What was to be executed: `path` is its PATH, undefined when not set; no working directory means our own. */
export interface Command {
  readonly argv0: string
  readonly path: string | undefined
  readonly workingDir: string | null
}

/** Why it cannot be, and the status that a shell would exit with. */
export interface CommandProblem {
  readonly message: string
  readonly status: 126 | 127
}

/**
 * Finds the file that a command stands for, as execvp(3) does, or the cause why it cannot be executed, where the kernel
 * has one errno for many.
 *
 * Looks at the files themselves with our own permissions, so it does not know of a user to change to.
 *
 * @returns Its path, relative to the working directory if the command is; the problem of what would not be executed.
 */
export function findCommand(command: Command): string | CommandProblem {
  const { argv0, workingDir } = command
  const place = { path: command.path, folder: folderOf(command) }
  const found = inspectFolder(workingDir) ?? inspectCommand(argv0, place)
  return typeof found === 'string'
    ? found
    : { message: `cannot execute "${argv0}": ${found.why}`, status: found.status }
}

function folderOf({ workingDir }: Command): string {
  try {
    return resolve(workingDir ?? '')
  } catch {
    // Our own folder was removed: nothing that is relative can be found.
    return '/'
  }
}

function inspectFolder(workingDir: string | null): Cause | null {
  if (workingDir === null) return null
  const name = `the working directory "${workingDir}"`
  try {
    if (!statSync(bytesOf(workingDir)).isDirectory()) return { why: `${name} is not a directory`, status: 126 }
    accessSync(bytesOf(workingDir), constants.X_OK)
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    switch (code) {
      case 'ENOENT':
        return { why: `${name} does not exist`, status: 126 }
      case 'ENOTDIR':
        return { why: `a part of ${name} is not a directory`, status: 126 }
      default:
        return { why: `${name} cannot be entered: ${String(code)}`, status: 126 }
    }
  }
}

function inspectCommand(argv0: string, place: SearchPlace): string | Cause {
  if (argv0 === '') return { why: 'it is the empty string', status: 127 }
  if (argv0.includes('/')) {
    const file = resolve(place.folder, argv0)
    return inspect({ file, name: file === argv0 ? 'it' : `"${file}"` }, place) ?? argv0
  }
  // As execvp(3): one that cannot be executed does not hide a later one that can.
  const found = findInPath(argv0, place).map((file) => inspect({ file, name: `"${file}"` }, place) ?? file)
  return found.find((each) => typeof each === 'string') ?? found[0] ?? notFound(argv0, place)
}

function notFound(argv0: string, place: SearchPlace): Cause {
  const searched = `${place.path === undefined ? 'the default PATH' : 'PATH'} (${foldersOf(place).join(':')})`
  return { why: `not found in ${searched}${hint(argv0, place)}`, status: 127 }
}

function hint(argv0: string, place: SearchPlace): string {
  if (/\s/.test(argv0)) return '; in a list, each word of a command is an item of its own'
  const suggestion = isFile(resolve(place.folder, argv0)) ? `./${argv0}` : suggestCommand(argv0, place)
  return suggestion === null ? '' : `; did you mean "${suggestion}"?`
}
