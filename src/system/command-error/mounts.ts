import { readFileSync, realpathSync } from 'node:fs'
import { bytesOf } from '../raw-text.ts'

/**
 * The mount point that keeps a file from being executed.
 *
 * @returns Its path, or null when the file's file system is not mounted noexec or nothing is known of mounts.
 */
export function noexecMountOf(file: string): string | null {
  let mounts: string
  let path: string
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    path = realpathSync(bytesOf(file))
  } catch {
    return null
  }
  let found = { point: '', options: '' }
  for (const line of mounts.split('\n')) {
    // id, parent, device, root, mount point, options (proc_pid_mountinfo(5)); a later mount covers an earlier one.
    const [, , , , point, options] = line.split(' ')
    if (point === undefined || options === undefined) continue
    const mount = { point: unescapePath(point), options }
    if (isBelow(path, mount.point) && mount.point.length >= found.point.length) found = mount
  }
  return found.options.split(',').includes('noexec') ? found.point : null
}

function isBelow(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

/** A path in mountinfo: space, tab, newline and backslash are written as octal numbers. */
export function unescapePath(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_match, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
