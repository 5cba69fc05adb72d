import t from 'tap'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import type { Placement } from './case.ts'
import { CASES } from './cases.ts'
import { OURS } from './inits.ts'
import { isSeenIn, judge } from './judge.ts'
import { runCase } from './run-case.ts'

/** With how often what depends on luck is tried; more often by `npm run pid1`. */
const PLACEMENTS: readonly (readonly [Placement, number])[] = [
  ['pid1', 10],
  ['parent', 1],
  ['shared', 1],
]

for (const [placement, rounds] of PLACEMENTS) {
  void t.test(`as an init: ${placement}`, { skip: UNLESS_PID_1, jobs: 4 }, (places) => {
    for (const tested of CASES.filter((each) => isSeenIn(each, placement))) {
      void places.test(tested.name, async (test) => {
        const { kind, why } = judge(tested, OURS, await runCase(tested, OURS, { placement, rounds }))
        test.not(kind, 'fails', why)
      })
    }
    places.end()
  })
}
