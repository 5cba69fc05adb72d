import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import {
  answerLimits,
  createTail,
  linesOf,
  tailLimits,
  type LineChunk,
  type MarkAt,
  type Tail,
  type TailLimits,
  type Wanted,
} from '../../../src/core/log/tail.ts'

const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const chunk = (at: number, text: string) => ({
  at,
  run: 1,
  stream: 'stdout' as const,
  bytes: new Uint8Array(Buffer.from(text)),
})
const sizeOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length + 1, 0)
const create = (limits: Partial<TailLimits> = {}) => createTail({ maxLines: 1000, maxBytes: 1000, ...limits })

const ALWAYS = { from: -Infinity, to: Infinity }

type Entry = MarkAt | (Pick<LineChunk, 'at' | 'run' | 'stream'> & { readonly text: string })

function entriesFrom(tail: Tail, wanted: TailLimits & Partial<Wanted>): readonly Entry[] {
  return tail.last({ ...ALWAYS, ...wanted }).flatMap((entry): Entry | readonly Entry[] => {
    if ('mark' in entry) return entry
    const { at, run, stream } = entry
    return linesOf(entry, decode).map((text) => ({ at, run, stream, text }))
  })
}
const last = (tail: Tail, maxLines: number) => entriesFrom(tail, { maxLines, maxBytes: Infinity })
const textOf = (entry: Entry) => ('text' in entry ? entry.text : entry.mark.event)
const texts = (tail: Tail, maxLines: number) => last(tail, maxLines).map(textOf)
const started = (at: number, run: number): MarkAt => ({ at, run, mark: { event: 'started', pid: 7 } })
const ended = (at: number, run: number): MarkAt => ({
  at,
  run,
  mark: { event: 'ended', exit: { code: 0, signal: null } },
})

void t.test('lines come back without line end, each with its time and stream', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\nb\r\n\n'))
  tail.push({ ...chunk(2, 'é> \n'), stream: 'stderr' })
  test.strictSame(last(tail, 10), [
    { at: 1, run: 1, stream: 'stdout', text: 'a' },
    { at: 1, run: 1, stream: 'stdout', text: 'b' },
    { at: 1, run: 1, stream: 'stdout', text: '' },
    { at: 2, run: 1, stream: 'stderr', text: 'é> ' },
  ])
  test.end()
})

void t.test('the last lines are given, oldest first', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\nb\n'))
  tail.push(chunk(2, 'c\nd\ne\n'))
  test.strictSame(
    [0, 1, 4, 9].map((count) => texts(tail, count)),
    [[], ['e'], ['b', 'c', 'd', 'e'], ['a', 'b', 'c', 'd', 'e']],
  )
  test.end()
})

void t.test('no more lines are given than the limit', (test) => {
  const tail = create({ maxLines: 3 })
  tail.push(chunk(1, 'a\nb\nc\nd\ne\n'))
  test.strictSame(texts(tail, 9), ['c', 'd', 'e'])
  test.end()
})

void t.test('a chunk over the limit leaves its last whole lines', (test) => {
  const tail = create({ maxBytes: 4 })
  tail.push(chunk(1, 'a\nb\nc\n'))
  test.strictSame(texts(tail, 9), ['b', 'c'])
  tail.push(chunk(2, 'a line that alone is over the limit\n'))
  test.strictSame(texts(tail, 9), ['b', 'c'])
  test.end()
})

void t.test('a last line can be without its newline, and keeps a carriage return then', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\r\nb\r'))
  tail.push(chunk(2, '\r\n\r'))
  test.strictSame(texts(tail, 9), ['a', 'b\r', '', '\r'])
  test.end()
})

void t.test('what is remembered is the end of what came, and as much as the limits allow', (test) => {
  const written = fc.array(fc.array(fc.stringMatching(/^[a-z]{0,9}$/), { minLength: 1, maxLength: 4 }), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(
      written,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 60, max: 400 }),
      (chunks, maxLines, maxBytes) => {
        const tail = create({ maxLines, maxBytes })
        for (const lines of chunks) tail.push(chunk(1, lines.map((text) => `${text}\n`).join('')))
        const all = chunks.flat()
        const kept = texts(tail, Infinity)
        assert.deepEqual(kept, all.slice(all.length - kept.length))
        if (sizeOf(kept) > maxBytes || kept.length > maxLines) throw new Error('too much')
        // What is missing is at most the longest line, of 10 bytes.
        if (kept.length < Math.min(maxLines, all.length) && sizeOf(kept) + 10 < maxBytes) throw new Error('too little')
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
  test.strictSame(entriesFrom(tail, { maxLines: 9, maxBytes: 3 }).map(textOf), ['cd'])
  test.end()
})

void t.test('an answer ends at its size, with whole lines and without a gap', (test) => {
  const tail = create()
  tail.push(chunk(1, 'a\n'))
  tail.push(chunk(2, 'b\nc\n'))
  tail.push(chunk(3, 'd\n'))
  const within = (maxBytes: number): string => entriesFrom(tail, { maxLines: 9, maxBytes }).map(textOf).join('')
  test.strictSame([0, 1, 2, 3, 4, 5, 6, 7, 8].map(within), ['', '', 'd', 'd', 'cd', 'cd', 'bcd', 'bcd', 'abcd'])
  test.end()
})

void t.test('what stands between the lines comes in its place, of the run that it is about', (test) => {
  const tail = create()
  tail.push(started(1, 1))
  tail.push(chunk(2, 'a\n'))
  tail.push(ended(3, 1))
  tail.push(started(4, 2))
  tail.push({ ...chunk(5, 'b\nc\n'), run: 2 })
  test.strictSame(last(tail, 9), [
    { at: 1, run: 1, mark: { event: 'started', pid: 7 } },
    { at: 2, run: 1, stream: 'stdout', text: 'a' },
    { at: 3, run: 1, mark: { event: 'ended', exit: { code: 0, signal: null } } },
    { at: 4, run: 2, mark: { event: 'started', pid: 7 } },
    { at: 5, run: 2, stream: 'stdout', text: 'b' },
    { at: 5, run: 2, stream: 'stdout', text: 'c' },
  ])
  test.strictSame(
    [0, 1, 2, 3].map((count) => texts(tail, count)),
    [[], ['c'], ['b', 'c'], ['a', 'ended', 'started', 'b', 'c']],
    'they count for nothing, and end where the lines do',
  )
  test.end()
})

void t.test('of runs that say nothing the last ones are given', (test) => {
  const tail = create()
  for (let run = 1; run <= 9; run++) {
    tail.push(started(run, run))
    tail.push(ended(run, run))
  }
  test.strictSame(
    last(tail, 2).map(({ run }) => run),
    [8, 8, 9, 9],
  )
  test.end()
})

void t.test('a service that never says anything is not remembered for ever', (test) => {
  const [byLines, byBytes] = [create({ maxLines: 10 }), create({ maxBytes: 1000 })]
  const mark = { event: 'not-started', reason: 'x'.repeat(100) } as const
  for (let run = 1; run <= 100; run++) {
    byLines.push(ended(run, run))
    byBytes.push({ at: run, run, mark })
  }
  test.strictSame([last(byLines, 999).length, last(byBytes, 999).length], [10, 8])
  test.end()
})

void t.test('what is asked for has a beginning and an end in time, each included', (test) => {
  const tail = create()
  tail.push(started(1, 1))
  for (const [index, text] of ['a', 'b', 'c', 'd'].entries()) tail.push(chunk(index + 2, `${text}\n`))
  tail.push(ended(6, 1))
  const between = (from: number, to: number, maxLines = 9) =>
    entriesFrom(tail, { maxLines, maxBytes: Infinity, from, to }).map(textOf)
  test.strictSame(between(1, 6), ['started', 'a', 'b', 'c', 'd', 'ended'])
  test.strictSame(between(3, 4), ['b', 'c'])
  test.strictSame(between(3.1, 9), ['c', 'd', 'ended'])
  test.strictSame(between(0, 4, 1), ['c'], 'the last of those')
  test.strictSame(between(7, Infinity), [])
  test.end()
})

void t.test('few services are remembered as they are set, many have their shares', (test) => {
  const set = { maxLines: 1000, maxBytes: 262_144 }
  test.strictSame(
    [0, 1, 64].map((services) => tailLimits(services, set)),
    [set, set, set],
  )
  test.strictSame(tailLimits(256, set), { maxLines: 256, maxBytes: 65_536 })
  test.strictSame(tailLimits(2, { maxLines: 50_000, maxBytes: 5 }), { maxLines: 32_768, maxBytes: 5 })
  test.strictSame(answerLimits(0), { maxLines: 16_384, maxBytes: 4_194_304 })
  test.strictSame(answerLimits(256), { maxLines: 64, maxBytes: 16_384 })
  test.end()
})

/** A line of 10,000 bytes. */
const big = (letter: string): string => `${letter.repeat(9999)}\n`

void t.test('what is remembered, and what was told, do not change with what comes then', (test) => {
  const tail = create({ maxBytes: 30_000 })
  const memory = chunk(0, big('x'))
  const textsNow = () => texts(tail, 9).map((text) => text.slice(0, 1))
  for (const letter of 'abcdefgh'.split('')) {
    memory.bytes.fill(letter.charCodeAt(0), 0, 9999)
    tail.push(memory)
  }
  test.strictSame(textsNow(), ['f', 'g', 'h'])
  const told = tail.last({ ...ALWAYS, maxLines: 9, maxBytes: Infinity })
  for (const letter of ['i', 'j', 'k']) tail.push(chunk(1, big(letter)))
  test.strictSame(textsNow(), ['i', 'j', 'k'])
  test.strictSame(
    told.flatMap((entry) => ('mark' in entry ? [] : linesOf(entry, decode).map((text) => text.slice(0, 1)))),
    ['f', 'g', 'h'],
  )
  test.end()
})
