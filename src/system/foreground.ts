import { closeSync, constants, openSync } from 'node:fs'
import { constants as os } from 'node:os'
import { bringForward, foregroundOf, ownGroup, readModes, setModes, type TerminalModes } from './libc/terminal.ts'
import { takeStop } from './libc/wait.ts'
import type { Reaper } from './reaper.ts'
import { isGroupAlive, sendSignal } from './send-signal.ts'

/** By these the terminal stops a process: Ctrl-Z, and what reads or writes from the background. */
const STOPS: ReadonlySet<number> = new Set([os.signals.SIGTSTP, os.signals.SIGTTIN, os.signals.SIGTTOU])

/**
 * Whether a command may lead a process group of its own: unless we are a job in the background of somebody's shell,
 * which gives the terminal to our group when the job is to come to the front, and knows of no other.
 */
export function canLeadGroup(): boolean {
  // 0: a group outside of our PID namespace, which could not be brought forward again.
  const own = ownGroup()
  return onTerminal((fd) => own > 0 && foregroundOf(fd) === own) ?? true
}

/** A process that was started in a group of its own, and in front of the terminal where there is one. */
export interface InFront {
  readonly pid: number
  /** To be called when it has ended. */
  readonly takeTerminalBack: () => void
}

/**
 * Starts a command that has the terminal, as under tini: Ctrl-C, Ctrl-\ and the news of another size go to its group,
 * and not to us. When it has ended we have the terminal again, with the modes from before: it may have died in the midst
 * of a full-screen view, in which Ctrl-C has no meaning and a line does not end at its end. Nothing of that works unless
 * SIGTTOU is ignored (`ignoreStops`).
 *
 * @param spawn Starts it in a group of its own, in front of a terminal; gives its pid.
 */
export function spawnInFront(reaper: Reaper, spawn: (terminal: number | null) => number): InFront {
  const started = onTerminal((fd) => {
    const modes = readModes(fd)
    const takeTerminalBack = (): void => takeBack(modes)
    try {
      const pid = spawn(fd)
      const release = keepGoing(pid, reaper)
      return { pid, takeTerminalBack: () => (release(), takeTerminalBack()) }
    } catch (error) {
      takeTerminalBack()
      throw error
    }
  })
  return started ?? { pid: spawn(null), takeTerminalBack: () => {} }
}

function takeBack(modes: TerminalModes | null): void {
  onTerminal((fd) => {
    bringForward(fd, ownGroup())
    if (modes !== null) setModes(fd, modes)
  })
}

/**
 * Continues a group at once when the terminal stops its leader, as with Ctrl-Z, or since it looked for the terminal before
 * it had it: there is no shell above it that could. A command without an init above it is not stopped either: the kernel
 * leaves out orphaned process groups (POSIX, "Orphaned Process Group").
 *
 * @returns What ends that.
 */
function keepGoing(group: number, reaper: Reaper): () => void {
  let isOver = false
  reaper.onReaped(() => {
    if (isOver) return
    const stop = takeStop(group)
    if (stop === null || !STOPS.has(stop) || isInUse(group)) return
    onTerminal((fd) => bringForward(fd, group))
    sendSignal(-group, 'SIGCONT')
  })
  return () => {
    isOver = true
  }
}

/** Whether somebody else is in front, such as a job of the command: then the stop is as it should be. */
function isInUse(group: number): boolean {
  return (
    onTerminal((fd) => {
      const front = foregroundOf(fd)
      return front !== group && front !== ownGroup() && isGroupAlive(front)
    }) ?? true
  )
}

/** Looks for our controlling terminal: any standard descriptor may be it, or none; null when there is no terminal. */
function onTerminal<T>(act: (fd: number) => T): T | null {
  const standard = [0, 1, 2].find((fd) => foregroundOf(fd) >= 0)
  if (standard !== undefined) return act(standard)
  const fd = openTerminal()
  if (fd === null) return null
  try {
    return act(fd)
  } finally {
    closeSync(fd)
  }
}

/** Null: there is none (ENXIO), it was hung up (EIO), or the container lacks the device (ENOENT). */
function openTerminal(): number | null {
  try {
    return openSync('/dev/tty', constants.O_RDWR | constants.O_NOCTTY)
  } catch {
    return null
  }
}
