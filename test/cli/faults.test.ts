import t from 'tap'
import { runFixture } from '../system/fixture.ts'

const FAULTS = ['internal error: one', 'internal error: Error: two']

void t.test('a fault shuts down, once, and what does not come to its end in time is given up', async (test) => {
  const [one, two] = FAULTS
  test.strictSame(await runFixture([], 'faults', ['nothing']), [one, 'shutdown-requested', two, 'gives up'])
})

void t.test('a fault in a broken loop, or with nobody to tell, does not end the process at once', async (test) => {
  test.strictSame(await runFixture([], 'faults', ['reducer throws']), [...FAULTS, 'gives up'])
  test.strictSame(await runFixture([], 'faults', ['logger throws']), ['shutdown-requested', 'gives up'])
})

void t.test('a shutdown that never begins is given up at once', async (test) => {
  const [one, two] = FAULTS
  const told = await runFixture([], 'faults', ['shutdown never begins'])
  test.strictSame(told, [one, 'shutdown-requested', two, 'gives up'])
})
