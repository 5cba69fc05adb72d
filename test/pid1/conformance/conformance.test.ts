import t from 'tap'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import type { Placement } from './case.ts'
import { CASES } from './cases.ts'
import { OURS } from './inits.ts'
import { isSeenIn, judge } from './judge.ts'
import { runCase } from './run-case.ts'

/** tini, which a bare machine does not have, stands for any parent; so does `parent`. */
const PLACEMENTS: readonly Placement[] = ['pid1', 'parent', 'shared']
/** What depends on luck is tried more often by `npm run pid1`. */
const ROUNDS = 10

t.jobs = 2

for (const placement of PLACEMENTS) {
  void t.test(`as an init: ${placement}`, { skip: UNLESS_PID_1, jobs: 3 }, (places) => {
    for (const tested of CASES.filter((each) => isSeenIn(each, placement))) {
      void places.test(tested.name, async (test) => {
        const { kind, why } = judge(tested, OURS, await runCase(tested, OURS, { placement, rounds: ROUNDS }))
        test.not(kind, 'fails', why)
      })
    }
    places.end()
  })
}
