import { readFileSync } from 'node:fs'

const [checksFile = '', testsFile = '', ended = ''] = process.argv.slice(2)
const checks = readFileSync(checksFile, 'utf8').split('\n')
const tests = readFileSync(testsFile, 'utf8').split('\n')

for (const block of failedFiles(tests)) process.stdout.write(`${block}\n`)

const totals = readTotals(tests)
const passed = totals.passed + checks.filter((line) => line.startsWith('ok')).length
let failed = totals.failed + checks.filter((line) => line.startsWith('not ok')).length
if (failed === 0 && (ended !== '0' || totals.passed === 0)) {
  process.stdout.write(`the tests ended with status ${ended} and ${totals.passed} passed assertions\n`)
  failed = 1
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

/** What tap counted over all files: its last `# { total: 7, pass: 4, fail: 1, … }`. */
function readTotals(lines: readonly string[]): { readonly passed: number; readonly failed: number } {
  const line = lines.findLast((candidate) => candidate.startsWith('# { total:')) ?? ''
  const count = (key: string): number => Number(new RegExp(`\\b${key}: (\\d+)`).exec(line)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}

/** The TAP of each test file with a failure. Lines of the outermost level are not indented. */
function failedFiles(lines: readonly string[]): readonly string[] {
  const blocks: string[] = []
  let block: string[] = []
  for (const line of lines) {
    if (line.startsWith('# Subtest')) block = []
    block.push(line)
    if (line.startsWith('not ok') && !/# (TODO|SKIP)/i.test(line)) blocks.push(block.join('\n'))
  }
  return blocks
}
