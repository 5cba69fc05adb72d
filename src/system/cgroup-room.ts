import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pidsIn } from './cgroup-leaf.ts'
import { isErrno } from './errno.ts'
import { Refusal } from './refusal.ts'

/** Where all goes that stood in the container's own cgroup. */
export const ROOM = 'pidone-supervisor'
/** How often what was forked meanwhile is looked for again. */
const LOOKS = 100

/**
 * Makes a cgroup one in which controllers work for its children.
 *
 * Only a cgroup without processes can be that (cgroups(7), the "no internal processes" rule): those in it, ourselves
 * among them, move into a child. What a container's engine starts later goes where PID 1 is.
 *
 * @throws {Refusal}
 */
export function makeRoom(folder: string, controllers: readonly string[]): void {
  const lacking = controllers.filter((name) => !wordsIn(`${folder}/cgroup.subtree_control`).includes(name))
  if (lacking.length === 0) return
  try {
    // The root of the whole hierarchy is the one without a type, and exempt.
    if (existsSync(`${folder}/cgroup.type`)) evacuate(folder)
    writeFileSync(`${folder}/cgroup.subtree_control`, lacking.map((name) => `+${name}`).join(' '))
  } catch (error) {
    if (!isErrno(error)) throw error
    const what = `divide the cgroup ${JSON.stringify(folder)}`
    throw new Refusal(
      `cannot ${what}: ${error.syscall ?? 'write'} ${JSON.stringify(error.path ?? folder)}: ${error.code}`,
    )
  }
}

/** The words of one of the kernel's lists. */
export function wordsIn(file: string): readonly string[] {
  try {
    return readFileSync(file, 'latin1').split(/\s+/).filter(Boolean)
  } catch {
    return []
  }
}

function evacuate(folder: string): void {
  const room = `${folder}/${ROOM}`
  if (!existsSync(room)) mkdirSync(room, { mode: 0o755 })
  for (let look = 0; look < LOOKS; look++) {
    const pids = pidsIn(folder)
    if (pids.length === 0) return
    for (const pid of pids) move(pid, room)
  }
  throw new Refusal(`cannot divide the cgroup ${JSON.stringify(folder)}: processes keep coming into it`)
}

function move(pid: number, room: string): void {
  try {
    writeFileSync(`${room}/cgroup.procs`, String(pid))
  } catch (error) {
    // ESRCH: it has ended.
    if (!isErrno(error) || error.code !== 'ESRCH') throw error
  }
}
