import { readChildren } from './left-behind.ts'
import { readProcessTable } from './process-table.ts'
import { sendSignal } from './send-signal.ts'

/** How often what was forked during a look is looked for again. */
const LOOKS = 3

/**
 * Kills all that descends from this process: orphans that no run was known to have, since they gave up everything that
 * tied them to one. With PID 1 the kernel does it; a subreaper would leave them to the next one above it.
 */
export function killDescendants(): void {
  // Without children there are no descendants: what one of those leaves comes to us.
  if (process.pid === 1 || readChildren()?.length === 0) return
  for (let look = 0; look < LOOKS; look++) {
    const { childrenOf } = readProcessTable()
    const found = [...(childrenOf.get(process.pid) ?? [])].filter(({ isAlive }) => isAlive)
    // The array grows as it is walked.
    for (const { pid } of found) found.push(...(childrenOf.get(pid) ?? []).filter(({ isAlive }) => isAlive))
    if (found.length === 0) return
    for (const { pid } of found) sendSignal(pid, 'SIGKILL')
  }
}
