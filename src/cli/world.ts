import { isUtf8 } from 'node:buffer'
import { accessSync, constants, statSync } from 'node:fs'
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import type { World } from '../core/config/world.ts'
import { cgroupRefusal } from '../system/cgroup.ts'
import { readRegularFile } from '../system/read-file.ts'
import { openUsers } from '../system/users.ts'

const MAX_TEXT_BYTES = 1024 * 1024
/** Where execvp(3) looks without PATH, and the folders that images of today have besides. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The machine as a file's validation sees it; users and files are read only when it asks for them. */
export function createWorld(mode: World['mode'], configPath: string, environment: ReadonlyMap<string, string>): World {
  const folder = dirname(resolve(configPath))
  return {
    mode,
    projectName: basename(folder) || 'pidone',
    environment,
    readText: (path) => readText(isAbsolute(path) ? path : join(folder, path)),
    ...openUsers(),
    profiles: new Set(),
    cgroupRefusal,
    powers: () => ({ capabilities: new Set(), hardLimits: new Map() }),
    scheduleRefusal: () => null,
    currentUid: process.getuid?.() ?? 0,
    hasTool: (name) =>
      (environment.get('PATH') ?? DEFAULT_PATH).split(delimiter).some((at) => isProgram(join(at, name))),
  }
}

function readText(path: string): ReturnType<World['readText']> {
  const file = readRegularFile(path, MAX_TEXT_BYTES)
  if (file.kind !== 'bytes') return { kind: 'error', why: file.why }
  if (!isUtf8(file.bytes)) return { kind: 'error', why: 'it is not UTF-8 text' }
  return { kind: 'text', text: file.bytes.toString('utf8') }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
