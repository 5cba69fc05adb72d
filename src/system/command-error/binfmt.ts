import { readdirSync, readFileSync } from 'node:fs'

/**
 * Whether the kernel has been told of an interpreter for files like this one (binfmt_misc,
 * docs.kernel.org/admin-guide/binfmt-misc.html), such as an emulator for programs of another machine.
 *
 * In most containers there is nothing to be read of it, even when the host has some.
 *
 * @param file The path as it is executed, and at least the first 256 bytes of the file.
 * @param folder Where the kernel tells of them; only tests have it elsewhere.
 */
export function hasHandler(
  file: { readonly path: string; readonly head: Buffer },
  folder = '/proc/sys/fs/binfmt_misc',
): boolean {
  if (readOrEmpty(`${folder}/status`).trim() !== 'enabled') return false
  return namesIn(folder).some((name) => handles(readOrEmpty(`${folder}/${name}`), file))
}

/** As the kernel writes an entry (entry_status in fs/binfmt_misc.c): a word, then lines of a key and a value. */
function handles(entry: string, { path, head }: { readonly path: string; readonly head: Buffer }): boolean {
  const [state, ...lines] = entry.split('\n')
  const fields = new Map(lines.map((line) => [line.split(/:? /, 1)[0], line.replace(/^\S+ /, '')]))
  const magic = Buffer.from(fields.get('magic') ?? '', 'hex')
  if (state !== 'enabled') return false
  if (magic.length === 0) return fields.has('extension') && path.endsWith(fields.get('extension') ?? '')
  const mask = Buffer.from(fields.get('mask') ?? 'ff'.repeat(magic.length), 'hex')
  const offset = Number(fields.get('offset'))
  return magic.every((byte, index) => (((head[offset + index] ?? 0) ^ byte) & (mask[index] ?? 0xff)) === 0)
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name !== 'status' && name !== 'register')
  } catch {
    return []
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
