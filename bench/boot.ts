import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const ROUNDS = 25

/** Time from the execution of `bin/init` to that of its first service, over that of `node -e 0` on the same Node. */
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath]
const folder = mkdtempSync(join(tmpdir(), 'pidone-boot-'))
try {
  for (const node of nodes) run(node, [join(ROOT, 'dist', 'scripts', 'bundle.js')]) // Its code cache.
  const samples = nodes.map((node) => ({ node, bare: [] as number[], boot: [] as number[] }))
  for (let round = 0; round < ROUNDS; round++) {
    // Side by side, so that all of them meet the same machine.
    for (const { node, bare, boot } of samples) {
      bare.push(timeBare(node))
      boot.push(timeBoot(node))
    }
  }
  process.stdout.write('| Node | `node -e 0` | first service | ratio |\n|---|---|---|---|\n')
  for (const { node, bare, boot } of samples) process.stdout.write(`${renderRow(node, median(bare), median(boot))}\n`)
} finally {
  rmSync(folder, { recursive: true })
}

function timeBare(node: string): number {
  const startedAt = now()
  run(node, ['-e', '0'])
  return now() - startedAt
}

/** The service prints the time when it was executed, in nanoseconds; starting `date` itself counts against us. */
function timeBoot(node: string): number {
  const startedAt = now()
  const { stdout } = run(join(ROOT, 'bin', 'init'), ['-f', join(ROOT, 'bench', 'boot.yaml')], dirname(node))
  const stamp = /^stamp +\| (\d{19})$/m.exec(stdout)?.[1]
  if (stamp === undefined) throw new Error(`cannot find the time in the output: ${stdout}`)
  return Number(stamp) / 1e6 - startedAt
}

function run(command: string, args: readonly string[], path = dirname(command)): SpawnSyncReturns<string> {
  // No more than this: certificates in NODE_EXTRA_CA_CERTS, for one, would more than double the time of `node -e 0`.
  const env = { PATH: `${path}:${process.env['PATH']}`, HOME: folder, PIDONE_RUNTIME_DIR: folder }
  const result = spawnSync(command, args, { env, encoding: 'utf8' })
  if (result.status === 0) return result
  throw new Error(`cannot run "${command}": status ${result.status}\n${result.stderr}`, { cause: result.error })
}

function renderRow(node: string, bareMs: number, bootMs: number): string {
  const version = run(node, ['--version']).stdout.trim()
  return `| ${version} | ${bareMs.toFixed(1)} ms | ${bootMs.toFixed(1)} ms | ${(bootMs / bareMs).toFixed(2)} |`
}

/** Milliseconds since 1970, with microseconds behind the point. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
