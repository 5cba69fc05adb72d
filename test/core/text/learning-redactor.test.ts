import t from 'tap'
import { createLearningRedactor } from '../../../src/core/text/learning-redactor.ts'

void t.test('what is learnt is hidden from then on, beside what was known', async (test) => {
  const { redact, learn } = createLearningRedactor(['known-before'], new Set(['postgres']))
  test.equal(redact('known-before, learnt-later'), '***, learnt-later')
  for (const secret of ['learnt-later', 'learnt-later', '', 'postgres']) learn(secret)
  test.equal(redact('known-before, learnt-later of postgres'), '***, *** of postgres')
})
