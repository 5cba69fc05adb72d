import { report, type At } from './shape/shape.ts'
import type { World } from './world.ts'

/** Programs that are put in front of a service's command, and where to get them. */
const PACKAGES = {
  setpriv: 'util-linux (on Alpine: setpriv)',
  prlimit: 'util-linux (on Alpine: util-linux-misc)',
  choom: 'util-linux (on Alpine: util-linux-misc)',
  nice: 'coreutils (on Alpine: busybox)',
} as const

/** Reports a program that is not there; `what` says what it is for: `switching to user "app"`. */
export function checkTool(tool: keyof typeof PACKAGES, what: string, at: At, world: World): void {
  if (world.hasTool(tool)) return
  const way = `install the package ${PACKAGES[tool]}`
  report(at, 'missing-tool', `${what} needs the program "${tool}", which is not in PATH; ${way}`)
}
