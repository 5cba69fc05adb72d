import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { createByteQueue } from '../../src/system/byte-queue.ts'

void t.test('what is pushed is taken once, in order, whatever the sizes and turns', (test) => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 100 }) },
    { weight: 2, arbitrary: fc.integer({ min: 4000, max: 300_000 }) },
    { weight: 1, arbitrary: fc.constant('take' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = createByteQueue()
      const pushed: Uint8Array[] = []
      const taken: Uint8Array[] = []
      const takeOnce = (): number => {
        const batch = queue.take()
        taken.push(...batch.map((chunk) => chunk.slice()))
        return batch.length
      }
      for (const [index, size] of steps.entries()) {
        if (size === 'take') takeOnce()
        else {
          const chunk = new Uint8Array(size).fill(index)
          pushed.push(chunk.slice())
          queue.push(chunk)
          chunk.fill(255)
        }
      }
      while (takeOnce() > 0);
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

void t.test('a batch is bounded, and a chunk is in one piece', (test) => {
  const queue = createByteQueue()
  for (let count = 0; count < 40; count++) queue.push(new Uint8Array(65_536))
  const sizes = (): readonly number[] => queue.take().map((chunk) => chunk.length)
  test.strictSame(sizes(), [262_144])
  for (let count = 0; count < 1000; count++) queue.push(new Uint8Array(5000))
  queue.clear()
  test.strictSame(sizes(), [])
  for (const size of [200_000, 100_000, 300_000, 1]) queue.push(new Uint8Array(size))
  test.strictSame([sizes(), sizes(), sizes(), sizes(), sizes()], [[200_000], [100_000], [300_000], [1], []])
  test.end()
})

void t.test('a flood goes through few blocks', (test) => {
  const queue = createByteQueue()
  const blocks = new Set<ArrayBufferLike>()
  for (let count = 0; count < 100; count++) {
    queue.push(new Uint8Array(70_000))
    if (count > 10) for (const { buffer } of queue.take()) blocks.add(buffer)
  }
  test.ok(blocks.size <= 8, `${blocks.size} blocks`)
  test.end()
})
