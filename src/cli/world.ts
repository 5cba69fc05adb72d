import { basename, dirname, resolve } from 'node:path'
import type { Powers, World } from '../core/config/world.ts'
import { createCgroupRefusal } from '../system/cgroup.ts'
import { readPowers } from '../system/powers.ts'
import { readTextFile } from '../system/text-file.ts'
import { hasTool } from '../system/tool.ts'
import { openUsers } from '../system/users.ts'
import type { WorldWithoutSchedules } from './with-schedules.ts'

/** The machine as a file's validation sees it; users and files are read only when it asks for them. */
export function createWorld(
  mode: World['mode'],
  configPath: string,
  environment: ReadonlyMap<string, string>,
): WorldWithoutSchedules {
  const folder = dirname(resolve(configPath))
  const besideFile = (path: string): string => resolve(folder, path)
  let powers: Powers | null = null
  return {
    mode,
    projectName: basename(folder) || 'pidone',
    environment,
    readText: (path) => readTextFile(besideFile(path)),
    besideFile,
    absolutePath: (path) => resolve(path),
    ...openUsers(),
    profiles: new Set(),
    cgroupRefusal: createCgroupRefusal(),
    powers: () => (powers ??= readPowers()),
    currentUid: process.getuid?.() ?? 0,
    currentGid: process.getgid?.() ?? 0,
    hasTool,
  }
}
