import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Distrust } from './log-file-open.ts'

/** What a compressed one is called until it is whole. */
export function unfinishedName(path: string): string {
  return `${path}.gz.part`
}

/**
 * Makes way for a new file: `PATH` becomes `PATH.1`, and each older one gets the next number, up to the first number that
 * is free; where none is, the oldest is removed. The oldest is renamed first: a crash in between leaves a number free, and
 * nothing lost.
 */
export async function shiftLogFiles(path: string, maxFiles: number): Promise<void> {
  if ((await lstat(path)).isSymbolicLink()) throw new Distrust('it is a symbolic link; name the file itself')
  const old = await oldFiles(path)
  let free = 1
  while (free < maxFiles && old.has(free)) free += 1
  for (const ending of old.get(free) ?? []) await rm(`${path}.${free}${ending}`)
  for (let rank = free - 1; rank >= 1; rank -= 1) {
    for (const ending of old.get(rank) ?? []) await rename(`${path}.${rank}${ending}`, `${path}.${rank + 1}${ending}`)
  }
  await rename(path, `${path}.1`)
}

/** Removes what a crash has left half done, and old files beyond a number that is smaller than it was. */
export async function tidyLogFiles(path: string, maxFiles: number): Promise<void> {
  await rm(unfinishedName(path), { force: true })
  const old = await oldFiles(path)
  for (const [rank, endings] of old) {
    // The plain one is removed last.
    if (endings.length > 1) await rm(`${path}.${rank}.gz`)
  }
  // Not beyond a gap: another program may number its files by their dates.
  for (let rank = maxFiles + 1; old.has(rank); rank += 1) {
    for (const ending of old.get(rank) ?? []) await rm(`${path}.${rank}${ending}`, { force: true })
  }
}

/** The numbers of the old files that are not compressed, the newest first. */
export async function plainLogFiles(path: string, maxFiles: number): Promise<readonly number[]> {
  const old = await oldFiles(path)
  const plain = [...old].filter(([rank, endings]) => rank <= maxFiles && endings.includes(''))
  return plain.map(([rank]) => rank).toSorted((one, other) => one - other)
}

/** What there is of each number: '' and '.gz' behind it. */
async function oldFiles(path: string): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>()
  const start = `${basename(path)}.`
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(start)) continue
    const [, rank = '', ending = ''] = /^([1-9]\d*)(\.gz)?$/.exec(name.slice(start.length)) ?? []
    if (rank !== '') found.set(Number(rank), [...(found.get(Number(rank)) ?? []), ending])
  }
  return found
}
