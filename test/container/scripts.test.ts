import t from 'tap'
import { whyNotImages } from './scripts.ts'

const NAME = 'PIDONE_TEST_IMAGES'

void t.test('who wants no images is told that they are skipped', async (test) => {
  const before = process.env[NAME]
  test.teardown(() => {
    if (before === undefined) delete process.env[NAME]
    else process.env[NAME] = before
  })
  process.env[NAME] = 'no'
  test.equal(await whyNotImages(), 'PIDONE_TEST_IMAGES=no')
})
