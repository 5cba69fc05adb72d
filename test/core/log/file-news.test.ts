import t from 'tap'
import { describeLogFileNews } from '../../../src/core/log/file-news.ts'

void t.test('what is missing of a file is told in the number that it has', (test) => {
  const words = (['written-again', 'given-up'] as const).flatMap((kind) =>
    [1, 2].map((lines) => describeLogFileNews({ kind, path: '/var/log/web.log', lost: { lines, bytes: 4 * lines } })),
  )
  test.strictSame(words, [
    '"/var/log/web.log" is written again; 1 line (4 B) for it was lost',
    '"/var/log/web.log" is written again; 2 lines (8 B) for it were lost',
    '1 line (4 B) is missing in "/var/log/web.log"',
    '2 lines (8 B) are missing in "/var/log/web.log"',
  ])
  test.end()
})
