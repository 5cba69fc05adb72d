import { isUtf8 } from 'node:buffer'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { CAPABILITY_NAMES } from '../core/config/capability.ts'
import type { Powers, World } from '../core/config/world.ts'
import { cgroupRefusal } from '../system/cgroup.ts'
import { readPowers, type OwnPowers } from '../system/powers.ts'
import { readRegularFile } from '../system/read-file.ts'
import { openUsers } from '../system/users.ts'
import type { WorldWithoutSchedules } from './with-schedules.ts'

const MAX_TEXT_BYTES = 1024 * 1024
/** Where execvp(3) looks without PATH, and the folders that images of today have besides. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The machine as a file's validation sees it; users and files are read only when it asks for them. */
export function createWorld(
  mode: World['mode'],
  configPath: string,
  environment: ReadonlyMap<string, string>,
): WorldWithoutSchedules {
  const folder = dirname(resolve(configPath))
  let powers: Powers | null = null
  return {
    mode,
    projectName: basename(folder) || 'pidone',
    environment,
    readText: (path) => readText(isAbsolute(path) ? path : join(folder, path)),
    ...openUsers(),
    profiles: new Set(),
    cgroupRefusal,
    powers: () => (powers ??= namePowers(readPowers())),
    currentUid: process.getuid?.() ?? 0,
    currentGid: process.getgid?.() ?? 0,
    hasTool: (name) =>
      (environment.get('PATH') ?? DEFAULT_PATH).split(delimiter).some((at) => isProgram(join(at, name), name)),
  }
}

function readText(path: string): ReturnType<World['readText']> {
  const file = readRegularFile(path, MAX_TEXT_BYTES)
  if (file.kind !== 'bytes') return { kind: file.kind === 'missing' ? 'missing' : 'error', why: file.why }
  if (!isUtf8(file.bytes)) return { kind: 'error', why: 'it is not UTF-8 text' }
  return { kind: 'text', text: file.bytes.toString('utf8') }
}

function namePowers({ effective, bounding, ...limits }: OwnPowers): Powers {
  return { capabilities: namesOf(effective), boundingSet: namesOf(bounding), ...limits }
}

function namesOf(capabilities: bigint): ReadonlySet<string> {
  return new Set(CAPABILITY_NAMES.filter((_, number) => ((capabilities >> BigInt(number)) & 1n) === 1n))
}

/** Busybox has tools of these names that cannot do what is asked of them. */
const UTIL_LINUX: ReadonlySet<string> = new Set(['setpriv', 'prlimit', 'choom'])

function isProgram(path: string, name: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    if (!statSync(path).isFile()) return false
    return !UTIL_LINUX.has(name) || basename(realpathSync(path)) !== 'busybox'
  } catch {
    return false
  }
}
