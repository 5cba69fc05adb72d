import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { program } from '../system/fixture.ts'
import { makeFolder, type Scope } from '../pid1/support/container.ts'
import { until } from '../pid1/support/until.ts'

/** What of the supervisor's memory is alive: without this one sees only what V8 has not yet given back. */
export interface Heap {
  /** To be put before PATH: a `node` that can be asked. */
  readonly binFolder: string
  /** MiB that are alive, after a collection of garbage. */
  readonly ask: () => Promise<number>
}

/** Makes a `node` that tells; the bundle that it runs is the shipped one. */
export function makeHeap(scope: Scope): Heap {
  const folder = makeFolder(scope)
  const [ask, heap] = [join(folder, 'ask'), join(folder, 'heap')]
  const hook = `file://${program('tells-heap')}?folder=${folder}`
  writeFileSync(ask, '')
  writeFileSync(join(folder, 'node'), wrapper(hook), { mode: 0o755 })
  return {
    binFolder: folder,
    ask: async () => {
      rmSync(heap, { force: true })
      writeFileSync(ask, 'now')
      return Number(await until('the size of the heap', () => readIfThere(heap))) / 1024 / 1024
    },
  }
}

/** Only for the supervisor: the services, and its own clients, have the plain one. */
function wrapper(hook: string): string {
  const node = `'${process.execPath}'`
  return `#!/bin/sh
case "$1 $2" in
*/launch.cjs\\ init) exec ${node} --expose-gc --import '${hook}' "$@" ;;
esac
exec ${node} "$@"
`
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
