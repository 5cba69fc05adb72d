import { accessSync, constants, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { Refusal } from './refusal.ts'

const FOLDERS: readonly string[] = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']

/** A program that changes how another one runs. */
export type ToolName = 'setpriv' | 'prlimit' | 'choom' | 'nice' | 'env' | 'sh'

/** Where each comes from; Busybox has some of them too, but its setpriv(1) can neither switch users nor bound rights. */
const TOOLS: Readonly<Record<ToolName, { readonly packages: string; readonly mayBeBusybox: boolean }>> = {
  setpriv: { packages: 'util-linux (on Alpine: setpriv)', mayBeBusybox: false },
  prlimit: { packages: 'util-linux (on Alpine: util-linux-misc)', mayBeBusybox: false },
  choom: { packages: 'util-linux (on Alpine: util-linux-misc)', mayBeBusybox: false },
  nice: { packages: 'coreutils', mayBeBusybox: true },
  env: { packages: 'coreutils', mayBeBusybox: true },
  sh: { packages: 'dash', mayBeBusybox: true },
}

/** A program that was found. */
export interface Tool {
  readonly path: string
  readonly isBusybox: boolean
}

/**
 * Finds a tool by its place, not by PATH: that one is the service's.
 *
 * @param purpose What cannot be done without it, such as `switch the user`.
 * @param folders Where to look; only tests look elsewhere.
 * @throws {Refusal}
 */
export function findTool(name: ToolName, purpose: string, folders: readonly string[] = FOLDERS): Tool {
  const { packages, mayBeBusybox } = TOOLS[name]
  const paths = folders.map((folder) => `${folder}/${name}`).filter(isExecutable)
  const tools = paths.map((path) => ({ path, isBusybox: basename(realpathSync(path)) === 'busybox' }))
  const found = tools.find(({ isBusybox }) => mayBeBusybox || !isBusybox)
  if (found !== undefined) return found
  const [busybox] = paths
  const why =
    busybox === undefined ? `no "${name}" in ${folders.join(', ')}` : `"${busybox}" is Busybox's, which cannot`
  throw new Refusal(`cannot ${purpose}: ${why}; install ${packages}`)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
