import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { World } from '../../src/core/config/world.ts'
import { loadConfig, type LoadedConfig } from '../../src/daemon/load-config.ts'
import { loadSeveral } from '../../src/daemon/load-several.ts'
import { readConfigFile } from '../../src/system/config-file.ts'
import { ALL_POWERS } from '../core/config/world-of.ts'
import { ROOT } from './pages.ts'

/** Reads a text as a file called `services.yaml`, in a folder that is gone afterwards. */
export function loadText(text: string, world: World): LoadedConfig {
  return withFile(text, (path) => loadConfig({ path, read: readConfigFile }, world))
}

/** Reads a text as a file that goes over the services file of the all-in-one image. */
export function loadOverImage(text: string, world: World): LoadedConfig {
  const image = join(ROOT, 'docker/rootfs/etc/pidone/services.yaml')
  return withFile(text, (path) => loadSeveral({ paths: [image, path], read: readConfigFile }, world))
}

function withFile<Result>(text: string, read: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-docs-'))
  try {
    const path = join(folder, 'services.yaml')
    writeFileSync(path, text)
    return read(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The machine of the examples: a container as root, with the programs that it needs and the users named. */
export function worldWith(users: readonly string[], change: Partial<World> = {}): World {
  return {
    mode: 'init',
    projectName: 'shop',
    environment: new Map(),
    readText: () => ({ kind: 'missing', why: 'no such file' }),
    besideFile: (path) => path,
    absolutePath: (path) => resolve('/srv', path),
    findUser: (name) => (users.includes(name) ? { name, uid: 100, gid: 100, home: '/' } : null),
    findGroup: () => null,
    userNames: () => [],
    groupNames: () => [],
    currentUid: 0,
    currentGid: 0,
    hasTool: () => true,
    profiles: new Set(),
    cgroupRefusal: () => null,
    powers: () => ALL_POWERS,
    scheduleRefusal: () => null,
    ...change,
  }
}
