import type { Figures } from './figures.ts'
import type { Soaked } from './soak.ts'

/** What V8 may have not yet given back; MiB. */
const HEAP_MIB = 12

/**
 * What has grown, in words; none: nothing leaks. The first round warms up: what is loaded late is loaded there, and
 * what is compared with has to be there after it.
 */
export function leaksOf({ rounds, status, left }: Soaked): readonly string[] {
  const [, first, ...later] = rounds
  const last = later.at(-1)
  if (first === undefined || last === undefined) return ['there were too few rounds to compare']
  const grown = least(later.slice(-3)) - least([first, ...later].slice(0, 3))
  return [
    ...(grown > HEAP_MIB ? [`memory has grown by ${grown.toFixed(1)} MiB`] : []),
    ...(last.zombies > 0 ? [`${last.zombies} zombies`] : []),
    ...(last.processes > first.processes ? [`processes: ${first.processes}, then ${last.processes}`] : []),
    ...grownDescriptors(first, last),
    ...newFiles(first, last),
    ...(status === 0 ? [] : [`it ended with status ${status}`]),
    ...left.map((file) => `left behind: ${file}`),
  ]
}

/** A collection of garbage comes when it likes: the least of some rounds is what it holds. */
function least(rounds: readonly Figures[]): number {
  return Math.min(...rounds.map(({ dirtyMiB }) => dirtyMiB))
}

function grownDescriptors(first: Figures, last: Figures): readonly string[] {
  return [...last.descriptors].flatMap(([kind, count]) => {
    const before = first.descriptors.get(kind) ?? 0
    return count > before ? [`descriptors of ${kind}: ${before}, then ${count}`] : []
  })
}

function newFiles(first: Figures, last: Figures): readonly string[] {
  const rest = [...last.files]
  for (const file of first.files) {
    const index = rest.indexOf(file)
    if (index !== -1) rest.splice(index, 1)
  }
  return rest.map((file) => `a new file: ${file}`)
}
