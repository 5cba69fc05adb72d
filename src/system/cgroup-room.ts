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
  if (controllers.length === 0) return
  const control = `${folder}/cgroup.subtree_control`
  const divided = wordsIn(control)
  const lacking = controllers.filter((name) => !divided.includes(name))
  try {
    const isEntered = hasProcesses(folder)
    if (isEntered) {
      unite(control, divided)
      evacuate(folder)
    }
    const missing = isEntered ? [...divided, ...lacking] : lacking
    if (missing.length > 0) writeFileSync(control, signed('+', missing))
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

/** The root of the whole hierarchy is the one without a type, and may have some beside those of its children. */
function hasProcesses(folder: string): boolean {
  return existsSync(`${folder}/cgroup.type`) && pidsIn(folder).length > 0
}

/**
 * Of the processor and of processes the kernel lets one be divided that has processes: one that an earlier supervisor
 * has left so and we were started in. It is "domain threaded" then, and nothing can move into its children (EOPNOTSUPP).
 */
function unite(control: string, divided: readonly string[]): void {
  if (divided.length > 0) writeFileSync(control, signed('-', divided))
}

function signed(sign: '+' | '-', names: readonly string[]): string {
  return names.map((name) => `${sign}${name}`).join(' ')
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
