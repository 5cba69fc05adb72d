import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LINE_BYTES } from './logs/line.ts'
import { measureRun, type Failed, type Took } from './logs/measure-run.ts'
import { FORMATS, nameOf, PEERS } from './logs/peers.ts'
import { isInstalled, median } from './support/measure.ts'

/**
 * Lines of 100 bytes from one service, as fast as they come, through each of those who look at them, or only copy them, and
 * to a reader who counts them; ours with a prefix, as JSON and as they are. One after another, a few rounds.
 */
const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
})
const megabytes = Number(values.mb)
const lines = Math.round((megabytes * 1e6) / LINE_BYTES)
const present = PEERS.filter(({ name, program }) => isInstalled(program) && name.includes(values.only))
const runs = new Map<string, (Took | Failed)[]>(present.map(({ name }) => [name, []]))
const root = mkdtempSync(join(tmpdir(), 'pidone-logs-'))
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const peer of present) runs.get(peer.name)?.push(await measureRun(peer, lines, root))
  }
} finally {
  rmSync(root, { recursive: true })
}

const results = present.map(({ name, handling }) => {
  const all = runs.get(name) ?? []
  const took = all.filter((run) => 'seconds' in run)
  const failed = all.filter((run) => 'why' in run)
  const speed = megabytes / median(took.map(({ seconds }) => seconds))
  const cpu = median(took.map((run) => run.cpu)) / (megabytes / 1000)
  return { name, handling, speed, cpu, failed }
})
const text = speedOf(nameOf('text'))
process.stdout.write('| | MB a second | CPU seconds a GB | pidone, text, to it |\n|---|---|---|---|\n')
for (const { name, speed, cpu } of results) {
  process.stdout.write(`| ${name} | ${Math.round(speed)} | ${cpu.toFixed(2)} | ${(text / speed).toFixed(1)} |\n`)
}
for (const { name, failed } of results) {
  for (const { why } of failed) process.stdout.write(`\n${name}: a round has failed: ${why}\n`)
}
const others = results.filter(
  ({ name, handling }) => handling === 'lines' && !FORMATS.some((own) => name === nameOf(own)),
)
const fastest = Math.max(...others.map(({ speed }) => speed).filter((speed) => !Number.isNaN(speed)))
process.stdout.write(`
To the fastest other that looks at lines: text ${(text / fastest).toFixed(1)} times (at least 3), \
JSON ${(speedOf(nameOf('json')) / fastest).toFixed(1)} (at least 2)
To supervisord, which does not: raw ${(speedOf(nameOf('raw')) / speedOf('supervisord')).toFixed(2)} times (at least 1)
`)

function speedOf(wanted: string): number {
  return results.find(({ name }) => name === wanted)?.speed ?? Number.NaN
}
