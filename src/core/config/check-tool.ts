import { report, type At } from './shape/shape.ts'
import type { ToolName, World } from './world.ts'

/** Programs that are put in front of a service's command, whose they have to be, and where to get them. */
const TOOLS: Readonly<Record<ToolName, { readonly origin: string; readonly packages: string }>> = {
  setpriv: { origin: 'util-linux ', packages: 'util-linux (on Alpine: setpriv)' },
  prlimit: { origin: 'util-linux ', packages: 'util-linux (on Alpine: util-linux-misc)' },
  choom: { origin: 'util-linux ', packages: 'util-linux (on Alpine: util-linux-misc)' },
  nice: { origin: '', packages: 'coreutils (on Alpine: busybox)' },
}

/** Reports a program that is not there; `what` says what it is for: `switching to user "app"`. */
export function checkTool(tool: ToolName, what: string, at: At, world: World): void {
  if (world.hasTool(tool)) return
  const { origin, packages } = TOOLS[tool]
  const message = `${what} needs the ${origin}program "${tool}", which is missing; install the package ${packages}`
  report(at, 'missing-tool', message)
}
