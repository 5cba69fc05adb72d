import { resolve } from 'node:path'
import { CAPABILITY_NAMES } from '../../../src/core/config/capability.ts'
import type { Powers, World } from '../../../src/core/config/world.ts'

/** Those of root in a privileged container. */
export const ALL_POWERS: Powers = {
  capabilities: new Set(CAPABILITY_NAMES),
  boundingSet: new Set(CAPABILITY_NAMES),
  hardLimits: new Map(),
  lowestNice: -20,
  lowestOomScoreAdj: -1000,
}

/** A container that runs as root, with the users postgres and app, the group adm, setpriv, and no files. */
export function worldOf(changes: Partial<World> = {}): World {
  return {
    mode: 'init',
    projectName: 'project',
    environment: new Map([['PATH', '/usr/bin']]),
    readText: () => ({ kind: 'missing', why: 'ENOENT' }),
    besideFile: (path) => resolve('/etc/pidone', path),
    absolutePath: (path) => resolve('/srv', path),
    findUser: (name) => {
      if (name === 'root' || name === '0') return { uid: 0, gid: 0, name: 'root', home: '/root' }
      if (name === 'daemon') return { uid: 1, gid: 1, name: 'daemon', home: '/' }
      if (name === 'app' || name === '1000') return { uid: 1000, gid: 1000, name: 'app', home: '/home/app' }
      return name === 'postgres' ? { uid: 70, gid: 71, name: 'postgres', home: '/var/lib/postgresql' } : null
    },
    findGroup: (name) => (name === 'adm' ? 4 : null),
    userNames: () => ['root', 'app', 'postgres', 'daemon'],
    groupNames: () => ['adm'],
    currentUid: 0,
    currentGid: 0,
    hasTool: () => true,
    profiles: new Set(),
    cgroupRefusal: () => null,
    powers: () => ALL_POWERS,
    scheduleRefusal: () => null,
    ...changes,
  }
}
