import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { createByteQueue } from '../../src/system/byte-queue.ts'

void t.test('what is pushed is taken once, in order, whatever the sizes and turns', (test) => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 100 }) },
    { weight: 2, arbitrary: fc.integer({ min: 4000, max: 70_000 }) },
    { weight: 1, arbitrary: fc.constant('take' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = createByteQueue()
      const pushed: Uint8Array[] = []
      const taken: Uint8Array[] = []
      for (const [index, size] of steps.entries()) {
        if (size === 'take') taken.push(...queue.take())
        else {
          const chunk = new Uint8Array(size).fill(index)
          pushed.push(chunk.slice())
          queue.push(chunk)
        }
      }
      for (let batch = queue.take(); batch.length > 0; batch = queue.take()) taken.push(...batch)
      assert.ok(Buffer.concat(taken).equals(Buffer.concat(pushed)))
    }),
  )
  test.end()
})

void t.test('many short lines are one chunk', (test) => {
  const queue = createByteQueue()
  for (let count = 0; count < 600; count++) queue.push(new Uint8Array(100))
  test.strictSame(
    queue.take().map((chunk) => chunk.length),
    [60_000],
  )
  test.end()
})

void t.test('what was taken is not changed by what is pushed then', (test) => {
  const queue = createByteQueue()
  queue.push(Uint8Array.of(1))
  const [first] = queue.take()
  queue.push(Uint8Array.of(2))
  test.strictSame([first, ...queue.take()], [Uint8Array.of(1), Uint8Array.of(2)])
  test.end()
})

void t.test('a batch is bounded', (test) => {
  const queue = createByteQueue()
  for (let count = 0; count < 40; count++) queue.push(new Uint8Array(65_536))
  test.equal(queue.take().length, 4)
  for (let count = 0; count < 1000; count++) queue.push(new Uint8Array(5000))
  queue.clear()
  test.strictSame(queue.take(), [])
  test.end()
})
