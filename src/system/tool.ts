import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { ToolName as WrapperName } from '../core/config/world.ts'
import { isErrno } from './errno.ts'
import { Refusal } from './refusal.ts'

const FOLDERS: readonly string[] = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']

type ToolName = WrapperName | 'env' | 'sh'

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
  const found = toolsIn(folders, name)
  const able = found.find((tool) => isAble(name, tool))
  if (able !== undefined) return able
  const [busybox] = found
  const why =
    busybox === undefined ? `no "${name}" in ${folders.join(', ')}` : `"${busybox.path}" is Busybox's, which cannot`
  throw new Refusal(`cannot ${purpose}: ${why}; install ${TOOLS[name].packages}`)
}

/** Whether {@link findTool} finds it. */
export function hasTool(name: ToolName, folders: readonly string[] = FOLDERS): boolean {
  return toolsIn(folders, name).some((tool) => isAble(name, tool))
}

function isAble(name: ToolName, { isBusybox }: Tool): boolean {
  return TOOLS[name].mayBeBusybox || !isBusybox
}

function toolsIn(folders: readonly string[], name: ToolName): readonly Tool[] {
  return folders.flatMap((folder) => {
    const path = `${folder}/${name}`
    try {
      accessSync(path, constants.X_OK)
      return statSync(path).isFile() ? [{ path, isBusybox: basename(realpathSync(path)) === 'busybox' }] : []
    } catch (error) {
      if (isErrno(error)) return []
      throw error
    }
  })
}
