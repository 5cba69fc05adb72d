import t from 'tap'
import { openAllowance } from '../../src/system/control-allowance.ts'

const SECOND = 16 * 1024 * 1024

void t.test('who follows alone may take all of it at once, and as much each second', async (test) => {
  let now = 0
  const allowance = openAllowance(() => now)
  allowance.spend(SECOND - 1)
  test.equal(allowance.isUsedUp(), false)
  allowance.spend(1)
  test.equal(allowance.isUsedUp(), true)
  now = 10
  test.equal(allowance.isUsedUp(), false)
  test.equal(allowance.isLow(), true, 'it is not yet worth to go on')
  now = 125
  test.equal(allowance.isLow(), false)
  allowance.spend(SECOND / 8)
  test.equal(allowance.isUsedUp(), true)
  now = 10_000
  allowance.spend(SECOND)
  test.equal(allowance.isUsedUp(), true, 'what was not used is not saved up')
  allowance.close()
})

void t.test('several who follow share it, as long as they do', async (test) => {
  const [one, other] = [openAllowance(() => 0), openAllowance(() => 0)]
  other.spend(SECOND / 2 - 1)
  test.equal(other.isUsedUp(), false)
  other.spend(1)
  test.equal(other.isUsedUp(), true)
  one.close()
  other.close()
  let now = 0
  const last = openAllowance(() => now)
  last.spend(SECOND)
  now = 999
  last.isUsedUp()
  last.spend(SECOND * 0.998)
  test.equal(last.isUsedUp(), false)
  last.close()
})
