import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Those that were given to the test itself without close-on-exec: they are not ours, and go on to every child. */
export function readInherited(): ReadonlySet<string> {
  return new Set(descriptors().filter((fd) => Number(fd) > 2 && !isClosedOnExec(fd)))
}

/** The open descriptors of the test itself, without the one that reads the folder. */
export function descriptors(): readonly string[] {
  return readdirSync('/proc/self/fd').filter((fd) => isOpen(fd))
}

function isOpen(fd: string): boolean {
  try {
    readlinkSync(`/proc/self/fd/${fd}`)
    return true
  } catch {
    return false
  }
}

function isClosedOnExec(fd: string): boolean {
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
  return (Number.parseInt(flags ?? '0', 8) & 0o2000000) !== 0
}
