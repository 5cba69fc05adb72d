import t from 'tap'
import { createLogger } from '../../src/system/logger.ts'

void t.test('what is said before pino is there comes first, with its own time', async (test) => {
  const lines: unknown[] = []
  let now = 1
  const logger = createLogger(
    (line) => lines.push(JSON.parse(line)),
    () => now,
  )
  logger.info('first')
  now = 2
  logger.warn('second', { service: 'web', run: 3 })
  test.strictSame(lines, [])
  const loading = logger.load()
  now = 3
  logger.error('third')
  await loading
  now = 4
  logger.info('fourth "quoted"\n')
  await logger.load()
  test.strictSame(lines, [
    { level: 30, time: 1, msg: 'first' },
    { level: 40, time: 2, service: 'web', run: 3, msg: 'second' },
    { level: 50, time: 3, msg: 'third' },
    { level: 30, time: 4, msg: 'fourth "quoted"\n' },
  ])
})
