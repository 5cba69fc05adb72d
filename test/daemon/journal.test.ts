import t from 'tap'
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '../../src/core/log/settings.ts'
import { createRedactor } from '../../src/core/text/redact.ts'
import { createJournal, type JournalOptions } from '../../src/daemon/journal.ts'
import { createLogger } from '../../src/system/logger.ts'

const TIME = Date.UTC(2026, 10, 21, 3, 0, 0, 123)
const SECRETS = ['hunter2 "x"', String(TIME), 'level', 'supervisor', 'message']

const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** What a supervisor with these settings says, where. */
async function said(settings: Partial<LogSettings>, options: Partial<JournalOptions> = {}) {
  const texts = { stdout: '', stderr: '', file: '' }
  const journal = createJournal({
    output: { write: (stream, chunk) => void (texts[stream] += decode(chunk)) },
    settings: { ...DEFAULT_LOG_SETTINGS, ...settings },
    services: ['web'],
    encode: (text) => Buffer.from(text),
    redact: createRedactor(SECRETS),
    toFile: (lines) => void (texts.file += decode(lines)),
    paint: (_, label) => `<${label}>`,
    ...options,
  })
  const logger = createLogger(journal, () => TIME)
  logger.info('early')
  const loading = logger.load()
  logger.warn('one\ntwo: hunter2 "x"')
  await loading
  logger.error('"late"')
  return texts
}

/** The same messages as text. */
function textBehind(front: string): string {
  return ['early', 'warning: one', 'two: ***', 'error: "late"'].map((line) => `${front}${line}\n`).join('')
}

const JSON_LINES = [
  { level: 30, time: TIME, service: 'supervisor', msg: 'early' },
  { level: 40, time: TIME, service: 'supervisor', msg: 'one\ntwo: ***' },
  { level: 50, time: TIME, service: 'supervisor', msg: '"late"' },
]
const JSON_TEXT = JSON_LINES.map((line) => `${JSON.stringify(line)}\n`).join('')

void t.test('text has a label, which is painted for the output alone', async (test) => {
  test.strictSame(await said({}), {
    stdout: textBehind('<supervisor | >'),
    stderr: '',
    file: textBehind('supervisor | '),
  })
  test.strictSame(await said({ prefix: false }), { stdout: textBehind(''), stderr: '', file: textBehind('') })
  test.strictSame(await said({ format: 'raw', timestamps: true }), {
    stdout: textBehind(''),
    stderr: '',
    file: textBehind(''),
  })
})

void t.test('with timestamps each line of text begins with its time', async (test) => {
  const time = '2026-11-21T03:00:00.123Z '
  test.strictSame(await said({ timestamps: true }), {
    stdout: textBehind(`${time}<supervisor | >`),
    stderr: '',
    file: textBehind(`${time}supervisor | `),
  })
  test.equal((await said({ timestamps: true, prefix: false })).stdout, textBehind(time))
})

void t.test('JSON is of one shape from the first message on, and secrets leave it whole', async (test) => {
  test.strictSame(await said({ format: 'json' }), { stdout: JSON_TEXT, stderr: '', file: JSON_TEXT })
})

void t.test('facts beside the words do not say whose line it is', async (test) => {
  const lines: string[] = []
  const journal = createJournal({
    output: { write: (_, chunk) => void lines.push(Buffer.from(chunk).toString()) },
    settings: { ...DEFAULT_LOG_SETTINGS, format: 'json' },
    services: ['web'],
    encode: (text) => Buffer.from(text),
    redact: createRedactor(SECRETS),
  })
  journal(JSON.stringify({ level: 30, time: 1, service: 'web', run: 3, why: 'a message', msg: 'x' }))
  test.strictSame(lines, ['{"level":30,"time":1,"service":"supervisor","run":3,"why":"a ***","msg":"x"}\n'])
})

void t.test('without stdout there is only the file, and without services only trouble on stderr', async (test) => {
  test.strictSame(await said({ format: 'json', stdout: false }), { stdout: '', stderr: '', file: JSON_TEXT })
  const [, ...trouble] = JSON_TEXT.split(/(?<=\n)/)
  test.strictSame(await said({ format: 'json' }, { services: [] }), {
    stdout: '',
    stderr: trouble.join(''),
    file: JSON_TEXT,
  })
})
