import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { startContainer } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { countStates, residentMiB, timedStatus, timedStatuses, usualMs, type TimedStatus } from '../support/strain.ts'

const skip = UNLESS_PID_1

const COUNT = 1000
const SLEEPERS = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [`s${index}`, { command: ['sleep', '1000'] }]),
)

void t.test(
  'while 1000 services start at once, status is told, and all of it stops in time',
  { skip },
  async (test) => {
    const container = await startContainer(test, { file: JSON.stringify({ services: SLEEPERS }), pid1: 'parent' })
    const meanwhile: TimedStatus[] = []
    let last = await timedStatus(container)
    while (countStates(last.status)['running'] !== COUNT) {
      meanwhile.push(last)
      await pause(100)
      last = await timedStatus(container)
    }
    // Had the first question been answered only when all had started, there would be none of them.
    test.ok(meanwhile.length >= 3, `${meanwhile.length} answers while services were starting`)
    test.ok(usualMs(meanwhile) < 1000, `status within ${Math.round(usualMs(meanwhile))} ms`)
    const resident = residentMiB(container)
    test.ok(resident < 256, `${resident} MiB`)
    container.signal('SIGTERM')
    const { status } = await container.end(10_000)
    test.equal(status, 0)
    test.strictSame(container.processes(), [])
  },
)

void t.test('SIGTERM while 1000 services start ends those that did, and starts no others', { skip }, async (test) => {
  const container = await startContainer(test, { file: JSON.stringify({ services: SLEEPERS }), pid1: 'parent' })
  await container.line(/: starting$/)
  container.signal('SIGTERM')
  test.equal((await container.end(10_000)).status, 0)
  const stopped = container.output.all(/stopped, killed by SIGTERM/).length
  test.ok(stopped < COUNT, `${stopped} had been started`)
  const { index = -1 } = container.output.all(/shutting down/)[0] ?? {}
  test.strictSame(
    container.output.all(/: starting$/).filter((line) => line.index > index),
    [],
  )
  test.strictSame(container.output.all(/failed|nobody wants/), [])
  test.strictSame(container.processes(), [])
})

const CRASHES = Object.fromEntries(
  Array.from({ length: 200 }, (_, index) => [
    `crash${index}`,
    { command: ['false'], restart: { policy: 'always', delay: '50ms', max_delay: '200ms' } },
  ]),
)

void t.test('200 services that crash in a loop take neither the status nor the memory', { skip }, async (test) => {
  const file = JSON.stringify({ services: { ...CRASHES, calm: { command: ['sleep', '1000'] } } })
  const container = await startContainer(test, { file, pid1: 'parent' })
  await container.line(/crash\d+: starting \(run 3\)/)
  const before = residentMiB(container)
  const meanwhile = await timedStatuses(container, 10)
  await container.line(/crash\d+: starting \(run 7\)/)
  test.ok(usualMs(meanwhile) < 1000, `status within ${Math.round(usualMs(meanwhile))} ms`)
  test.match(meanwhile.at(-1)?.status.services.at(-1), { name: 'calm', state: 'running', run: 1 })
  const grown = residentMiB(container) - before
  test.ok(grown < 100, `grew by ${grown} MiB`)
  container.signal('SIGTERM')
  test.equal((await container.end(10_000)).status, 0)
  test.strictSame(container.processes(), [])
})
