import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import * as fc from 'fast-check'
import t from 'tap'
import { createFormats, type FormatRequest } from '../../../src/core/log/format.ts'
import { DEFAULT_LOG_SETTINGS } from '../../../src/core/log/settings.ts'

const encode = (text: string) => new Uint8Array(Buffer.from(text))
const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const bytesOf = (latin1: string) => new Uint8Array(Buffer.from(latin1, 'latin1'))
const timestamp = (epochMs: number) => new Date(epochMs).toISOString()
const formatFor = createFormats({ encode, decode, isUtf8, timestamp })
const NOON = Date.parse('2026-11-21T12:00:00.123Z')

type Settings = Partial<FormatRequest['settings']>

const create = (settings: Settings, { service = 'web', label = 'web | ', run = 3 } = {}) =>
  formatFor({ settings: { ...DEFAULT_LOG_SETTINGS, ...settings }, service, run, label })

/** Some lines formatted, bytes as latin1 in and out. */
const format = (lines: string, settings: Settings, who?: Parameters<typeof create>[1]): string =>
  Buffer.from(create(settings, who)(bytesOf(lines), NOON, 'stdout')).toString('latin1')

const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('')

const texts: readonly [string, Settings, string, string][] = [
  ['each line gets the label', {}, 'a\n\nb\n', 'web | a\nweb | \nweb | b\n'],
  ['without a prefix lines stay as they are', { prefix: false }, 'a\r\n\n', 'a\r\n\n'],
  ['the time stands in front of the label', { timestamps: true }, 'a\nb\n', '# web | a\n# web | b\n'],
  ['the time can stand alone', { timestamps: true, prefix: false }, 'a\nb\n', '# a\n# b\n'],
  ['every byte stays', {}, `${EVERY_BYTE}\n`, `web | ${EVERY_BYTE.replace('\n', '\nweb | ')}\n`],
  ['escape sequences stay', {}, '\x1b[1mbold\x1b[m\n', 'web | \x1b[1mbold\x1b[m\n'],
  ['escape sequences can be taken out', { stripAnsi: true }, '\x1b[1ma\x1b[m\nb\n', 'web | a\nweb | b\n'],
  ['and that without a prefix', { stripAnsi: true, prefix: false }, '\x1b[1ma\x1b[m\xff\n', 'a\xff\n'],
]
for (const [title, settings, lines, expected] of texts) {
  void t.test(`text: ${title}`, async (test) => {
    test.equal(format(lines, settings), expected.replaceAll('# ', '2026-11-21T12:00:00.123Z '))
  })
}

void t.test('text: the time is that of the lines, whichever came before', async (test) => {
  const stamp = create({ timestamps: true, prefix: false })
  const at = (time: number): string => Buffer.from(stamp(bytesOf('a\n'), time, 'stdout')).toString()
  test.strictSame(
    [0, 0, NOON, 999].map(at),
    ['1970-01-01T00:00:00.000', '1970-01-01T00:00:00.000', '2026-11-21T12:00:00.123', '1970-01-01T00:00:00.999'].map(
      (time) => `${time}Z a\n`,
    ),
  )
})

void t.test('text: a label can hold anything', async (test) => {
  const label = "$& $$ $' \u001B[31mgrößer\u001B[m 日 | "
  test.equal(decode(create({}, { label })(encode('a\nb\n'), NOON, 'stdout')), `${label}a\n${label}b\n`)
})

void t.test('raw is what came, whatever else is set', async (test) => {
  const lines = bytesOf(`${EVERY_BYTE}\r\n\x1b[1m`)
  test.equal(create({ format: 'raw', timestamps: true, stripAnsi: true })(lines, NOON, 'stderr'), lines)
})

const jsons: readonly [string, Settings, string, readonly string[]][] = [
  ['each line is the message of an object', {}, 'a\n\nb\n', ['a', '', 'b']],
  ['a carriage return in front of the line end is none of it', {}, 'a\r\n\r\n\r\r\nb\rc\n', ['a', '', '\r', 'b\rc']],
  ['quotes and backslashes', {}, 'say "a\\b"\n\\"\n\\\n', ['say "a\\b"', '\\"', '\\']],
  ['controls', {}, '\x00\x01\b\t\v\f\x1b[m\x1f \x7f\n', ['\x00\x01\b\t\v\f\x1b[m\x1f \x7f']],
  ['line ends of Unicode', {}, 'a\xe2\x80\xa8b\xe2\x80\xa9\xc2\x85\n', ['a\u2028b\u2029\u0085']],
  ['what is UTF-8 stays', {}, 'gr\xc3\xb6\xc3\x9fer \xe2\x82\xac \xf0\x9f\x98\x80\n', ['größer € 😀']],
  ['what is not becomes U+FFFD', {}, 'a\xffb\n\xc3\n\xed\xa0\x80\n', ['a\ufffdb', '\ufffd', '\ufffd\ufffd\ufffd']],
  ['a byte order mark stays', {}, '\xef\xbb\xbfa\n', ['\ufeffa']],
  ['an object is text too', {}, '{"msg":"a\\n"}\n', ['{"msg":"a\\n"}']],
  ['escape sequences can be taken out', { stripAnsi: true }, '\x1b[1ma\x1b[m\n\x1b]0;\x07\xff\n', ['a', '\ufffd']],
  ['settings of text mean nothing', { timestamps: true, prefix: true }, 'a\n', ['a']],
]
for (const [title, settings, lines, expected] of jsons) {
  void t.test(`json: ${title}`, async (test) => {
    const out = format(lines, { ...settings, format: 'json' })
    test.strictSame(
      Buffer.from(out, 'latin1').toString().slice(0, -1).split('\n'),
      expected.map((msg) => JSON.stringify({ level: 30, time: NOON, service: 'web', stream: 'stdout', run: 3, msg })),
    )
  })
}

void t.test('json: an object says whose line it is, and of which stream', async (test) => {
  const service = 'größ"er'
  const lines = create({ format: 'json' }, { service, run: 12 })(bytesOf('a\n'), 1, 'stderr')
  test.strictSame(JSON.parse(decode(lines)), { level: 30, time: 1, service, stream: 'stderr', run: 12, msg: 'a' })
})

const messagesIn = (out: string): readonly string[] =>
  out
    .slice(0, -1)
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly msg: string }).msg)

void t.test('json: however much comes at once', async (test) => {
  const lines = ['x'.repeat(300_000), ...Array.from({ length: 200_000 }, () => ''), '\x01"'.repeat(40_000)]
  for (const some of [lines, lines.slice(1), lines.slice(2), lines.slice(0, 1), lines.slice(-1)]) {
    const out = format(some.map((line) => `${line}\n`).join(''), { format: 'json' })
    test.ok(messagesIn(out).join('\n') === some.join('\n'))
  }
})

const anyLine = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 10 ? 120 : byte))))
const someLines = fc.array(anyLine, { minLength: 1, maxLength: 20 })
const join = (lines: readonly Buffer[]): Uint8Array =>
  new Uint8Array(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))

void t.test('json: any lines come back as text', async (test) => {
  const toJson = create({ format: 'json' })
  fc.assert(
    fc.property(someLines, (lines) => {
      const out = decode(toJson(join(lines), NOON, 'stdout'))
      assert.deepEqual(
        messagesIn(out),
        lines.map((line) => line.toString().replace(/\r$/, '')),
      )
    }),
    { numRuns: 1000 },
  )
  test.pass('no counterexample')
})

void t.test('text: any lines stay as they are behind their label', async (test) => {
  const toText = create({})
  fc.assert(
    fc.property(someLines, (lines) => {
      const out = Buffer.from(toText(join(lines), NOON, 'stdout'))
      assert.deepEqual(out, Buffer.concat(lines.flatMap((line) => [Buffer.from('web | '), line, Buffer.from('\n')])))
    }),
    { numRuns: 300 },
  )
  test.pass('no counterexample')
})
