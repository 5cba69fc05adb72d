import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import {
  answerLimits,
  createTail,
  linesOf,
  tailLimits,
  type Tail,
  type TailLimits,
} from '../../../src/core/log/tail.ts'

const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const chunk = (at: number, text: string) => ({
  at,
  stream: 'stdout' as const,
  bytes: new Uint8Array(Buffer.from(text)),
})
const sizeOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length + 1, 0)
const create = (limits: Partial<TailLimits> = {}) => createTail({ maxLines: 1000, maxBytes: 1000, ...limits })

const linesFrom = (tail: Tail, limits: TailLimits) =>
  tail.last(limits).flatMap((cut) => linesOf(cut, decode).map((text) => ({ at: cut.at, stream: cut.stream, text })))
const last = (tail: Tail, maxLines: number) => linesFrom(tail, { maxLines, maxBytes: Infinity })

void t.test('lines come back without line end, each with its time and stream', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\nb\r\n\n'))
  tail.push({ ...chunk(2, 'é> \n'), stream: 'stderr' })
  test.strictSame(last(tail, 10), [
    { at: 1, stream: 'stdout', text: 'a' },
    { at: 1, stream: 'stdout', text: 'b' },
    { at: 1, stream: 'stdout', text: '' },
    { at: 2, stream: 'stderr', text: 'é> ' },
  ])
  test.end()
})

void t.test('the last lines are given, oldest first', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\nb\n'))
  tail.push(chunk(2, 'c\nd\ne\n'))
  test.strictSame(
    [0, 1, 4, 9].map((count) => last(tail, count).map(({ text }) => text)),
    [[], ['e'], ['b', 'c', 'd', 'e'], ['a', 'b', 'c', 'd', 'e']],
  )
  test.end()
})

void t.test('no more lines are given than the limit', (test) => {
  const tail = create({ maxLines: 3 })
  tail.push(chunk(1, 'a\nb\nc\nd\ne\n'))
  test.strictSame(
    last(tail, 9).map(({ text }) => text),
    ['c', 'd', 'e'],
  )
  test.end()
})

void t.test('a chunk over the limit leaves its last whole lines', (test) => {
  const tail = create({ maxBytes: 4 })
  tail.push(chunk(1, 'a\nb\nc\n'))
  test.strictSame(
    last(tail, 9).map(({ text }) => text),
    ['b', 'c'],
  )
  tail.push(chunk(2, 'a line that alone is over the limit\n'))
  test.strictSame(
    last(tail, 9).map(({ text }) => text),
    ['b', 'c'],
  )
  test.end()
})

void t.test('a last line can be without its newline, and keeps a carriage return then', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\r\nb\r'))
  tail.push(chunk(2, '\r\n\r'))
  test.strictSame(
    last(tail, 9).map(({ text }) => text),
    ['a', 'b\r', '', '\r'],
  )
  test.end()
})

void t.test('what is remembered is the end of what came, and as much as the limits allow', (test) => {
  const lines = fc.array(fc.array(fc.stringMatching(/^[a-z]{0,9}$/), { minLength: 1, maxLength: 4 }), { maxLength: 60 })
  fc.assert(
    fc.property(
      lines,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 60, max: 400 }),
      (chunks, maxLines, maxBytes) => {
        const tail = create({ maxLines, maxBytes })
        for (const texts of chunks) tail.push(chunk(1, texts.map((text) => `${text}\n`).join('')))
        const all = chunks.flat()
        const kept = last(tail, Infinity).map(({ text }) => text)
        assert.deepEqual(kept, all.slice(all.length - kept.length))
        if (sizeOf(kept) > maxBytes || kept.length > maxLines) throw new Error('too much')
        // A chunk goes as a whole: what is missing is at most the largest one, 4 lines of 10 bytes.
        if (kept.length < Math.min(maxLines, all.length) && sizeOf(kept) + 40 < maxBytes) throw new Error('too little')
      },
    ),
  )
  test.end()
})

void t.test('a piece without an end that is over the limit is not remembered', (test) => {
  const tail = create({ maxBytes: 4 })
  tail.push(chunk(1, 'a\nbcdefgh'))
  test.strictSame(last(tail, 9), [])
  tail.push(chunk(2, 'ab\ncd'))
  test.strictSame(
    linesFrom(tail, { maxLines: 9, maxBytes: 3 }).map(({ text }) => text),
    ['cd'],
  )
  test.end()
})

void t.test('an answer ends at its size, with whole lines and without a gap', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\n'))
  tail.push(chunk(2, 'b\nc\n'))
  tail.push(chunk(3, 'd\n'))
  const texts = (maxBytes: number): string =>
    linesFrom(tail, { maxLines: 9, maxBytes }).reduce((all, { text }) => all + text, '')
  test.strictSame([0, 1, 2, 3, 4, 5, 6, 7, 8].map(texts), ['', '', 'd', 'd', 'cd', 'cd', 'bcd', 'bcd', 'abcd'])
  test.end()
})

void t.test('few services are remembered and told as a whole, many have their shares', (test) => {
  const whole = { maxLines: 1000, maxBytes: 262_144 }
  test.strictSame(
    [tailLimits(0), tailLimits(1), tailLimits(64), answerLimits(1), answerLimits(16)],
    Array.from({ length: 5 }, () => whole),
  )
  test.strictSame(tailLimits(256), { maxLines: 256, maxBytes: 65_536 })
  test.strictSame(answerLimits(256), { maxLines: 64, maxBytes: 16_384 })
  test.end()
})
