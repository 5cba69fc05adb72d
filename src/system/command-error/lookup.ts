import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { bytesOf } from '../raw-text.ts'

/** Where commands are searched: PATH, undefined when it is not set, and the folder that relative paths start at. */
export interface SearchPlace {
  readonly path: string | undefined
  readonly folder: string
}

/** What glibc searches when PATH is not set (execvp(3)). */
const DEFAULT_PATH = '/bin:/usr/bin'

/** The folders of PATH in order, absolute; an empty one stands for the current folder. */
export function foldersOf({ path, folder }: SearchPlace): readonly string[] {
  return (path ?? DEFAULT_PATH).split(':').map((each) => resolve(folder, each))
}

/** The files of that name in PATH's folders, in order; executable or not. */
export function findInPath(name: string, place: SearchPlace): readonly string[] {
  return foldersOf(place)
    .map((folder) => `${folder === '/' ? '' : folder}/${name}`)
    .filter(isThere)
}

/** The executable in PATH whose name is most like the wanted one; null when none is like it. */
export function suggestCommand(name: string, place: SearchPlace): string | null {
  const limit = name.length < 5 ? 1 : 2
  if (name.length < 3) return null
  const names = foldersOf(place)
    .flatMap((folder) => namesIn(folder).filter((each) => Math.abs(each.length - name.length) <= limit))
    .map((each) => ({ name: each, distance: distance(each, name, limit) }))
    .filter((each) => each.distance <= limit)
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return names.find((each) => findInPath(each.name, place).some(isExecutable))?.name ?? null
}

/** Whether it is a regular file that we can reach. */
export function isFile(path: string): boolean {
  try {
    return statSync(bytesOf(path)).isFile()
  } catch {
    return false
  }
}

/** Whether something has that path, be it a link to nowhere; what we may not search counts as empty. */
function isThere(path: string): boolean {
  try {
    return lstatSync(bytesOf(path), { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    // A folder of PATH that does not exist or cannot be read is no problem of the command.
    return []
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(bytesOf(file), constants.X_OK)
    return statSync(bytesOf(file)).isFile()
  } catch {
    return false
  }
}

/** Letters to add, drop, change or swap with their neighbour; more than `limit` may come out as any such number. */
function distance(a: string, b: string, limit: number): number {
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_unused, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      )
    }
    if (Math.min(...row) > limit) return limit + 1
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
