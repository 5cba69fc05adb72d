/**
 * `npm run pid1 -- [--init WORDS]… [--under PLACE] [--only REGEXP]`: what inits do, side by side. Without `--init`: ours.
 * `--differences` prints what the cases say of them, for docs/explanation/pid1.md.
 * `tini`, `dumb-init` and `catatonit` (of Debian's packages of these names) are known by their names, and are compared with
 * what the cases say of them; others are given with the words that stand before CMD.
 */
import { parseArgs } from 'node:util'
import type { Case, Placement } from './case.ts'
import { CASES } from './cases.ts'
import { candidate, OURS, type Candidate } from './inits.ts'
import { differenceTable } from './differences.ts'
import { isSeenIn, judge, type Verdict } from './judge.ts'
import { runCase } from './run-case.ts'

const PLACEMENTS: readonly Placement[] = ['pid1', 'parent', 'tini', 'shared']
/** How often what depends on luck is tried. */
const ROUNDS = 100
/** The widest column of an init. */
const WIDTH = 12

process.exitCode = await main()

async function main(): Promise<number> {
  const { init, under, only, differences } = parseArgs({
    options: {
      init: { type: 'string', multiple: true, default: [] },
      under: { type: 'string', default: 'pid1' },
      only: { type: 'string', default: '' },
      differences: { type: 'boolean', default: false },
    },
  }).values
  if (differences) {
    process.stdout.write(differenceTable())
    return 0
  }
  const placement = PLACEMENTS.find((known) => known === under)
  if (placement === undefined) {
    process.stderr.write(`pid1: unknown place "${under}"; one of ${PLACEMENTS.join(', ')}\n`)
    return 64
  }
  const inits = init.length === 0 ? [OURS] : init.map(candidate)
  const cases = CASES.filter((tested) => new RegExp(only, 'i').test(tested.name) && isSeenIn(tested, placement))
  const verdicts = await showAll(cases, inits, placement)
  for (const [index, { name }] of inits.entries()) {
    const of = verdicts.map((row) => row[index]?.kind)
    const count = (kind: Verdict['kind']): number => of.filter((seen) => seen === kind).length
    say(`${name}: ${count('ok')} hold, ${count('differs')} do not, as is known, ${count('fails')} fail`)
  }
  return verdicts.flat().some(({ kind }) => kind === 'fails') ? 1 : 0
}

/** One row for each case, and below it why it does not hold. */
async function showAll(
  cases: readonly Case[],
  inits: readonly Candidate[],
  placement: Placement,
): Promise<readonly (readonly Verdict[])[]> {
  say(inits.map(({ name }) => name.padEnd(WIDTH)).join(' '))
  const rows: (readonly Verdict[])[] = []
  for (const tested of cases) {
    const row: Verdict[] = []
    for (const init of inits) row.push(judge(tested, init, await runCase(tested, init, { placement, rounds: ROUNDS })))
    say(`${row.map(({ kind }) => kind.padEnd(WIDTH)).join(' ')} ${tested.name}`)
    for (const [index, { why }] of row.entries()) if (why !== '') say(`    ${inits[index]?.name}: ${why}`)
    rows.push(row)
  }
  return rows
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
