import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

/** What istanbul's `json` report says of a file: statements, which v8-to-istanbul makes of whole lines. */
interface FileCoverage {
  readonly path: string
  readonly statementMap: Readonly<Record<string, { readonly start: { readonly line: number } }>>
  readonly s: Readonly<Record<string, number>>
}

/** The least share of lines, in percent. */
const WANTED = 90

const [reportFile = ''] = process.argv.slice(2)
const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Readonly<Record<string, FileCoverage>>
const files = Object.values(report)
  .map(fileOf)
  .toSorted((one, other) => one.name.localeCompare(other.name))

process.stdout.write('| file | lines | covered | not covered |\n|---|---:|---:|---|\n')
for (const { name, lines, missed } of files) {
  if (missed.length > 0) row(name, lines, missed.length, ranges(missed))
}
const page = readFileSync('docs/explanation/tests.md', 'utf8')
const unnamed = files.filter(
  ({ name, missed }) => missed.length > 0 && !page.includes(`\`${name.slice('src/'.length)}\``),
)
for (const layer of ['src/daemon', 'src/system']) {
  const own = files.filter(({ name }) => name.startsWith(`${layer}/`))
  const lines = sum(own.map((file) => file.lines))
  const missed = sum(own.map((file) => file.missed.length))
  row(`**${layer}**`, lines, missed, '')
  if (lines === 0 || (lines - missed) / lines < WANTED / 100) process.exitCode = 1
}

for (const { name } of unnamed) process.stdout.write(`${name}: say why in docs/explanation/tests.md\n`)
if (unnamed.length > 0) process.exitCode = 1

function fileOf({ path, statementMap, s }: FileCoverage): {
  readonly name: string
  readonly lines: number
  readonly missed: readonly number[]
} {
  const missed = Object.entries(s).flatMap(([key, count]) => (count === 0 ? [statementMap[key]?.start.line ?? 0] : []))
  return { name: relative(process.cwd(), path), lines: Object.keys(s).length, missed }
}

function row(name: string, lines: number, missed: number, where: string): void {
  process.stdout.write(`| ${name} | ${lines} | ${(((lines - missed) / lines) * 100).toFixed(1)}% | ${where} |\n`)
}

/** `3-5, 9` for 3, 4, 5, 9. */
function ranges(lines: readonly number[]): string {
  const runs: [number, number][] = []
  for (const line of lines) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === line - 1) last[1] = line
    else runs.push([line, line])
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
