import { parseArgs } from 'node:util'
import type { Figures } from './figures.ts'
import { leaksOf } from './leaks.ts'
import { soak, type Round } from './soak.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed)
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write('usage: npm run soak -- [--minutes N] [--seed N]\n')
  process.exit(64)
}

const ends: (() => unknown)[] = []
process.on('SIGINT', () => void end().then(() => process.exit(130)))
try {
  process.stdout.write(`the example with churn for ${minutes} min, seed ${seed}; figures when all is quiet\n\n`)
  row(['minute', 'actions', 'restarts', 'Private_Dirty MiB', 'RSS MiB', 'CPU %', 'descriptors', 'processes', 'zombies'])
  row(Array.from({ length: 9 }, () => '---:'))
  const soaked = await soak({ teardown: (one) => void ends.unshift(one) }, { minutes, seed, told: tell })
  const counts = [...soaked.counts].map(([name, times]) => `${times} × ${name}`)
  process.stdout.write(`\ndone: ${counts.join(', ')}; ended with ${soaked.status}\n`)
  const leaks = leaksOf(soaked)
  process.stdout.write(leaks.length === 0 ? 'nothing leaks\n' : `LEAKS: ${leaks.join('; ')}\n`)
  process.exitCode = leaks.length === 0 ? 0 : 1
} finally {
  await end()
}

function tell(round: Round): void {
  const { minute, actions, restarts, dirtyMiB, residentMiB, cpu, processes, zombies } = round
  const numbers = [minute, actions, restarts, dirtyMiB, residentMiB, cpu, countDescriptors(round), processes, zombies]
  row(numbers.map((number) => (Number.isInteger(number) ? String(number) : number.toFixed(1))))
}

function countDescriptors({ descriptors }: Figures): number {
  return [...descriptors.values()].reduce((sum, count) => sum + count, 0)
}

function row(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

async function end(): Promise<void> {
  for (const one of ends.splice(0)) await one()
}
