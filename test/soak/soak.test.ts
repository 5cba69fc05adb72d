import t from 'tap'
import { UNLESS_STACK } from '../pid1/support/stack.ts'
import { leaksOf } from './leaks.ts'
import { soak } from './soak.ts'

const SEED = 20

void t.test(
  'a minute of kills, restarts, bursts of output and bad clients leaves nothing behind',
  { skip: UNLESS_STACK, timeout: 170_000 },
  async (test) => {
    const soaked = await soak(test, { minutes: 1, seed: SEED, told: (round) => test.comment(round) })
    test.strictSame(leaksOf(soaked), [])
    test.ok([...soaked.counts.values()].every((times) => times > 0))
  },
)
