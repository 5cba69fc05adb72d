import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { LogFileNews } from '../../src/core/log/file-news.ts'
import type { LogFileSettings } from '../../src/core/log/settings.ts'
import { createLogFiles } from '../../src/system/log-files.ts'
import { runFixture, UNLESS_ROOT } from './fixture.ts'
import { DEADLINE_MS, receive, type Received } from './pipe.ts'

/** Files in a folder of their own; the test turns the clock. */
function setUp(test: Test, { name = 'log', ...settings }: Partial<LogFileSettings & { name: string }> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-'))
  test.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const path = settings.path ?? join(folder, name)
  const clock = { now: 0 }
  const news: LogFileNews[] = []
  const files = createLogFiles({ now: () => clock.now, tell: (told) => void news.push(told) })
  const all = { maxBytes: null, maxFiles: 0, compress: false, ...settings, path }
  const file = files.open(all)
  return {
    folder,
    path,
    clock,
    news,
    files,
    file,
    open: () => files.open(all),
    /** Writes each piece by itself. */
    write: async (...pieces: readonly string[]) => {
      for (const piece of pieces) {
        file.write('stdout', Buffer.from(piece))
        await file.flush(DEADLINE_MS)
      }
    },
    text: (of = 'log') => readFileSync(join(folder, of), 'utf8'),
    names: () => readdirSync(folder).toSorted(),
  }
}

/** Waits until it is so. */
async function until(is: () => boolean): Promise<void> {
  const end = performance.now() + DEADLINE_MS
  while (!is()) {
    if (performance.now() > end) throw new Error('it has not come to be')
    await nextTurn()
  }
}

void t.test('lines are appended in order, to a file that others cannot read', async (test) => {
  const { file, write, text, path } = setUp(test)
  test.notOk(existsSync(path), 'there is none before the first line')
  await write('a\n', 'b\n')
  file.write('stderr', Buffer.from('c\n'))
  await file.flush(DEADLINE_MS)
  test.equal(text(), 'a\nb\nc\n')
  test.equal(statSync(path).mode & 0o777, 0o640)
})

void t.test('what is there is kept, and a last line without end is ended', async (test) => {
  for (const [before, after] of [
    ['old\n', 'old\nnew\n'],
    ['old\nhalf of a li', 'old\nhalf of a li\nnew\n'],
    ['', 'new\n'],
  ] as const) {
    const { path, write, text } = setUp(test)
    writeFileSync(path, before, { mode: 0o600 })
    await write('new\n')
    test.equal(text(), after)
    test.equal(statSync(path).mode & 0o777, 0o600, 'as somebody made it')
  }
})

void t.test('who asks for the same path gets the same file', async (test) => {
  const { file, files, path, open, folder } = setUp(test)
  test.equal(open(), file)
  test.equal(files.open({ path: `${folder}/./log`, maxBytes: null, maxFiles: 0, compress: false }), file)
  test.not(files.open({ path: `${path}2`, maxBytes: null, maxFiles: 0, compress: false }), file)
})

void t.test('a file that is full becomes an old one, at the end of a line', async (test) => {
  const { write, text, names } = setUp(test, { maxBytes: 10, maxFiles: 3 })
  await write('1234\n', '5678\n', 'abcd\n')
  test.strictSame(names(), ['log', 'log.1'])
  await write('efgh\nijkl\nmnop\nqrst\nuvwx\n')
  test.strictSame(
    names().map((name) => text(name)),
    ['qrst\nuvwx\n', 'ijkl\nmnop\n', 'abcd\nefgh\n', '1234\n5678\n'],
  )
  await write('last\n', 'l\n')
  test.strictSame(
    names().map((name) => text(name)),
    ['last\nl\n', 'qrst\nuvwx\n', 'ijkl\nmnop\n', 'abcd\nefgh\n'],
  )
})

void t.test('many lines that come at once are in many files, none in two, none missing', async (test) => {
  const { file, text, names } = setUp(test, { maxBytes: 100_000, maxFiles: 1000 })
  const lines = Array.from({ length: 20_000 }, (_, count) => `${count} ${'x'.repeat(count % 300)}\n`)
  for (const line of lines) file.write('stdout', Buffer.from(line))
  await file.flush(DEADLINE_MS)
  const inOrder = names().toSorted((one, other) => rankOf(other) - rankOf(one))
  test.ok(inOrder.map((name) => text(name)).join('') === lines.join(''))
  for (const name of inOrder) test.match(text(name), /^\d+ x*\n[^]*\n$/)
  test.ok(inOrder.every((name) => text(name).length <= 100_000))
})

function rankOf(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0)
}

void t.test('a line that is longer than a file has one for itself', async (test) => {
  const { write, text, names } = setUp(test, { maxBytes: 10, maxFiles: 5 })
  await write('short\n', `${'long'.repeat(10)}\n`, 'end\n')
  test.strictSame(
    names().map((name) => text(name)),
    ['end\n', `${'long'.repeat(10)}\n`, 'short\n'],
  )
})

void t.test('a line that comes in two pieces stays in one file', async (test) => {
  const { write, text, names } = setUp(test, { maxBytes: 10, maxFiles: 5 })
  await write('first\n', 'a piece ', 'and another\nnew\n')
  test.strictSame(
    names().map((name) => text(name)),
    ['new\n', 'a piece and another\n', 'first\n'],
  )
})

void t.test('what is in the file at the start counts', async (test) => {
  const { path, write, text } = setUp(test, { maxBytes: 10, maxFiles: 5 })
  writeFileSync(path, '12345678\n')
  await write('a\n')
  test.strictSame([text(), text('log.1')], ['a\n', '12345678\n'])
})

void t.test('without old files the file begins anew', async (test) => {
  const { write, text, names } = setUp(test, { maxBytes: 10 })
  await write('1234\n', '5678\n', 'abcd\n')
  test.strictSame(names(), ['log'])
  test.equal(text(), 'abcd\n')
})

void t.test('without a limit the file grows', async (test) => {
  const { write, names } = setUp(test)
  await write(`${'x'.repeat(300_000)}\n`, `${'x'.repeat(300_000)}\n`)
  test.strictSame(names(), ['log'])
})

void t.test('old files are compressed, and nobody else can read them', async (test) => {
  const { write, folder, names, path } = setUp(test, { maxBytes: 10, maxFiles: 3, compress: true })
  await write('1234\n5678\n', 'abcd\n', 'efgh\n', 'ijkl\n', 'm\n')
  await until(() => names().join(' ') === 'log log.1.gz log.2.gz')
  const unzip = (name: string): string => gunzipSync(readFileSync(join(folder, name))).toString()
  test.strictSame([unzip('log.1.gz'), unzip('log.2.gz')], ['abcd\nefgh\n', '1234\n5678\n'])
  test.equal(statSync(`${path}.1.gz`).mode & 0o777, 0o640)
})

void t.test('a file that moves while it is compressed is not confused with another', async (test) => {
  const { file, folder, names } = setUp(test, { maxBytes: 300_000, maxFiles: 100, compress: true })
  const lines = Array.from({ length: 50_000 }, (_, count) => `${count} ${'xyz'.repeat(count % 50)}\n`)
  for (const line of lines) {
    file.write('stdout', Buffer.from(line))
    // Some at a time, so that there is time to compress in between.
    if (file.level() !== 'open') await new Promise<void>((resolve) => file.onOpen(resolve))
  }
  await file.flush(DEADLINE_MS)
  await until(() => names().every((name) => name === 'log' || name.endsWith('.gz')))
  const parts = names()
    .toSorted((one, other) => rankOf(other) - rankOf(one))
    .map((name) => {
      const bytes = readFileSync(join(folder, name))
      return name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
    })
  test.ok(parts.length > 10)
  test.ok(parts.join('') === lines.join(''))
})

void t.test('a file that is removed while it is compressed leaves nothing', async (test) => {
  const { write, names, path } = setUp(test, { maxBytes: 10, maxFiles: 1, compress: true })
  for (let count = 10; count < 40; count += 1) await write(`${count}_______\n`)
  await until(() => names().join(' ') === 'log log.1.gz')
  test.equal(gunzipSync(readFileSync(`${path}.1.gz`)).toString(), '38_______\n')
})

void t.test('what is there twice after a crash is there once', async (test) => {
  const { write, text, names, path } = setUp(test, { maxBytes: 10, maxFiles: 4 })
  writeFileSync(`${path}.2`, 'second\n')
  writeFileSync(`${path}.2.gz`, '')
  await write('a\n')
  test.strictSame(names(), ['log', 'log.2'])
  test.equal(text('log.2'), 'second\n')
})

void t.test('what a crash left half done is put in order, and nothing is lost', async (test) => {
  const { write, text, names, path } = setUp(test, { maxBytes: 10, maxFiles: 4, compress: true })
  writeFileSync(path, '12345678\n')
  // It has died while it compressed the first, after it had made way for another one.
  writeFileSync(`${path}.gz.part`, 'half')
  writeFileSync(`${path}.2`, 'second\n')
  writeFileSync(`${path}.2.gz`, 'perhaps only half of it')
  // More were kept then. The last name is some other program's.
  for (const name of ['4.gz', '5.gz', '6', '20261121', '7.old']) writeFileSync(`${path}.${name}`, name)
  await write('a\n')
  await until(() => names().includes('log.2.gz') && !names().includes('log.2') && names().includes('log.1.gz'))
  test.strictSame(names(), ['log', 'log.1.gz', 'log.2.gz', 'log.20261121', 'log.4.gz', 'log.7.old'])
  const unzip = (rank: number): string => gunzipSync(readFileSync(`${path}.${rank}.gz`)).toString()
  test.strictSame([unzip(1), unzip(2), text('log.4.gz')], ['12345678\n', 'second\n', '4.gz'])
})

void t.test('after a rename and a reopening lines go to a new file, and none is lost', async (test) => {
  const { file, files, write, path, text } = setUp(test)
  await write('a\n')
  renameSync(path, `${path}.old`)
  await write('b\n')
  file.write('stdout', Buffer.from('c\n'))
  files.reopen()
  await until(() => existsSync(path))
  await write('d\n')
  test.strictSame([text('log.old'), text()].join(''), 'a\nb\nc\nd\n')
  test.match(text(), /d\n$/)
})

const NO_FOLDER = 'ENOENT: its folder is not there; make it, or mount a volume there'

void t.test('a folder that is not there, or vanishes, is told once, and lines go on when it is back', async (test) => {
  const { folder, clock, news, write, path, text, file } = setUp(test, { name: 'sub/log' })
  file.write('stdout', Buffer.from('no\n'))
  await write('folder\n')
  mkdirSync(join(folder, 'sub'))
  await write('too soon\n')
  clock.now += 1000
  await write('first\n')
  rmSync(join(folder, 'sub'), { recursive: true })
  clock.now += 1000
  await write('gone\n')
  mkdirSync(join(folder, 'sub'))
  clock.now += 100_000
  await write('second\n')
  test.equal(text('sub/log'), 'second\n')
  test.strictSame(news, [
    { kind: 'failed', path, why: NO_FOLDER },
    { kind: 'written-again', path, lost: { lines: 3, bytes: 19 } },
    { kind: 'failed', path, why: NO_FOLDER },
    { kind: 'written-again', path, lost: { lines: 1, bytes: 5 } },
  ])
})

void t.test('what cannot be written is tried again ever more rarely, and at once when asked to', async (test) => {
  const { folder, clock, news, write, files, text } = setUp(test, { name: 'sub/log' })
  for (; clock.now < 50_000; clock.now += 500) await write('x\n')
  test.equal(news.length, 1)
  mkdirSync(join(folder, 'sub'))
  await write('resting\n')
  test.equal(news.length, 1)
  files.reopen()
  await until(() => news.length > 1)
  test.match(news[1], { kind: 'written-again', lost: { lines: 101 } })
  await write('again\n')
  test.equal(text('sub/log'), 'again\n')
})

void t.test('what could not be written to the end is told at the end', async (test) => {
  const { news, write, path, files } = setUp(test, { name: 'sub/log' })
  await write('no\n')
  await write('folder\n')
  await files.end(DEADLINE_MS)
  test.strictSame(news, [
    { kind: 'failed', path, why: NO_FOLDER },
    { kind: 'given-up', path, lost: { lines: 2, bytes: 10 } },
  ])
})

void t.test('a device is written as it is', async (test) => {
  const { write, news } = setUp(test, { path: '/dev/null', maxBytes: 10, maxFiles: 3 })
  await write('more than fits\n', 'more than fits\n')
  test.strictSame(news, [])
  test.notOk(existsSync('/dev/null.1'))
})

void t.test('a full disk is told once, and who writes does not wait for it', async (test) => {
  const { clock, write, news, file } = setUp(test, { path: '/dev/full' })
  for (let count = 0; count < 100; count += 1) {
    await write('lost\n')
    clock.now += 1000
  }
  file.write('stdout', Buffer.alloc(1_000_000, 'x'))
  await file.flush(DEADLINE_MS)
  test.equal(file.level(), 'open')
  const why = 'ENOSPC: no space left on the device; free some, or keep fewer and smaller files'
  test.strictSame(news, [{ kind: 'failed', path: '/dev/full', why }])
})

void t.test(
  'a disk of 64 KiB that is full has whole lines, and says what is missing when there is room',
  async (test) => {
    const report = await runFixture(['unshare', '--mount'], 'fills-a-disk', [setUp(test).folder])
    test.strictSame(report, { isWhole: true, isComplete: true, kinds: ['failed', 'written-again'] })
  },
)

void t.test('a fifo that nobody reads is told, and has its lines when somebody does', async (test) => {
  const { path, clock, write, news, file } = setUp(test, { maxBytes: 10, maxFiles: 3 })
  execFileSync('mkfifo', [path])
  await write('lost\n')
  const reader = readFifo(test, path)
  clock.now += 1000
  file.write('stdout', Buffer.from('first line\nsecond line\n'))
  test.equal((await reader.until('second line\n')).toString(), 'first line\nsecond line\n')
  reader.close()
  clock.now += 1000
  await write('also lost\n')
  test.strictSame(news, [
    { kind: 'failed', path, why: 'ENXIO: nobody reads this fifo; start its reader' },
    { kind: 'written-again', path, lost: { lines: 1, bytes: 5 } },
    { kind: 'failed', path, why: 'EPIPE: the reader of this fifo has gone; start it again' },
  ])
})

void t.test('a fifo whose reader stalls is full, and nothing waits but its lines', async (test) => {
  const { path, file } = setUp(test)
  execFileSync('mkfifo', [path])
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  for (let count = 0; count < 10; count += 1) file.write('stdout', Buffer.alloc(65_536, 'x'))
  await file.flush(1)
  test.equal(file.level(), 'full')
  const reader = receive(new Socket({ fd, writable: false }))
  test.teardown(reader.close)
  await reader.until(655_360)
  await file.flush(DEADLINE_MS)
  test.equal(file.level(), 'open')
})

void t.test('where others can change the folder, no link of theirs is written through', async (test) => {
  const ELOOP = 'ELOOP: it is a symbolic link, and others can change its folder; remove it'
  const LINK = 'it has a second name, and others can change its folder; remove it'
  for (const [link, why] of [
    [symlinkSync, ELOOP],
    [linkSync, LINK],
  ] as const) {
    const { folder, path, write, news, text } = setUp(test)
    writeFileSync(join(folder, 'target'), 'precious\n')
    link(join(folder, 'target'), path)
    chmodSync(folder, 0o777)
    await write('evil\n')
    test.equal(text('target'), 'precious\n')
    test.strictSame(news, [{ kind: 'failed', path, why }])
  }
})

void t.test('where only the own user can, a link is followed, and not rotated', async (test) => {
  const { folder, path, write, news, text, names } = setUp(test, { maxBytes: 10, maxFiles: 3 })
  writeFileSync(join(folder, 'target'), '')
  symlinkSync(join(folder, 'target'), path)
  await write('12345678\n', 'abcdefgh\n', 'more\n')
  test.equal(text('target'), '12345678\nabcdefgh\nmore\n')
  test.strictSame(names(), ['log', 'target'])
  test.strictSame(news, [{ kind: 'not-rotated', path, why: 'it is a symbolic link; name the file itself' }])
})

void t.test('behind a link that leads to nothing a file is made', async (test) => {
  for (const absolute of [true, false]) {
    const { folder, path, write, news, text, names } = setUp(test)
    symlinkSync('target', join(folder, 'next'))
    symlinkSync(absolute ? join(folder, 'next') : 'next', path)
    await write('a\n', 'b\n')
    test.equal(text('target'), 'a\nb\n')
    test.strictSame([names(), news], [['log', 'next', 'target'], []])
  }
})

void t.test('behind a link of ours no file is made through one that others can have put there', async (test) => {
  const { folder, path, write, news, names } = setUp(test)
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o777)
  symlinkSync(join(folder, 'precious'), join(shared, 'trap'))
  symlinkSync('shared/trap', path)
  await write('evil\n')
  test.strictSame(names(), ['log', 'shared'])
  const why = 'ELOOP: it is a symbolic link, and others can change its folder; remove it'
  test.strictSame(news, [{ kind: 'failed', path, why }])
})

void t.test('in a folder of everybody, a file of a stranger is not written', { skip: UNLESS_ROOT }, async (test) => {
  const { folder, path, write, news, text } = setUp(test)
  writeFileSync(path, '')
  chownSync(path, 1234, 1234)
  chmodSync(folder, 0o1777)
  await write('secret\n')
  test.equal(text(), '')
  test.equal(news.length, 1)
  test.match(news[0], { kind: 'failed', why: /^(?:it belongs to uid 1234, |EACCES: )/ })
})

void t.test('in the folder of a service, its own file is written', { skip: UNLESS_ROOT }, async (test) => {
  const { folder, path, write, news, text } = setUp(test)
  writeFileSync(path, '')
  chownSync(path, 1234, 1234)
  chownSync(folder, 1234, 1234)
  await write('a\n')
  test.strictSame([text(), news], ['a\n', []])
})

/** Reads a fifo from now on. */
function readFifo(test: Test, path: string): Received {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const reader = receive(new Socket({ fd, writable: false }))
  test.teardown(reader.close)
  return reader
}
