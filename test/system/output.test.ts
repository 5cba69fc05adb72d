import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { libc } from '../../src/system/libc/calls.ts'
import { createOutput } from '../../src/system/output.ts'
import { DEADLINE_MS, openPipe, receive } from './pipe.ts'

const MIB = 1_048_576
/** What a pipe holds (pipe(7)). */
const PIPE = 65_536
/** fcntl.h, the same on all platforms. */
const F_GETPIPE_SZ = 1032
const text = (words: string) => new Uint8Array(Buffer.from(words))
const warning = (words: string) => text(`supervisor | ${words}\n`)

/** An output whose clock the test turns. */
function openOutput(stdout: number, stderr: number) {
  const clock = { now: 0 }
  return { clock, output: createOutput({ stdout, stderr }, { now: () => clock.now, warning }) }
}

function openFile(test: Test, path: string, flags: number): number {
  const fd = openSync(path, flags)
  test.teardown(() => closeSync(fd))
  return fd
}

void t.test('what is written arrives in order on its own stream', async (test) => {
  const [one, other] = [openPipe(test), openPipe(test)]
  const { output } = openOutput(one.writer, other.writer)
  for (const words of ['a\n', 'b\n', '', 'c\n']) {
    output.write('stdout', text(words))
    output.write('stderr', text(words.toUpperCase()))
  }
  await output.flush(DEADLINE_MS)
  test.equal((await one.read().until('c\n')).toString(), 'a\nb\nc\n')
  test.equal((await other.read().until('C\n')).toString(), 'A\nB\nC\n')
})

void t.test('both streams on one pipe keep their order, and no line is torn', async (test) => {
  const pipe = openPipe(test)
  const { output } = openOutput(pipe.writer, pipe.writer)
  let expected = ''
  for (let count = 0; count < 2000; count++) {
    const line = `${count} ${'x'.repeat(count)}\n`
    expected += line
    output.write(count % 3 === 0 ? 'stderr' : 'stdout', text(line))
  }
  const received = await pipe.read().until(expected.length)
  test.ok(received.toString() === expected)
})

void t.test('a reader that stalls makes it full, and open again once it has read', async (test) => {
  const pipe = openPipe(test)
  const { output } = openOutput(pipe.writer, 2)
  let opened = 0
  output.onOpen(() => opened++)
  const chunk = Buffer.alloc(65_536, 97)
  const levels: string[] = []
  for (let count = 0; count < 16 * 16 + 4; count++) {
    output.write('stdout', chunk)
    const level = output.level()
    if (levels.at(-1) !== level) levels.push(level)
  }
  test.strictSame(levels, ['open', 'full', 'over'])
  await output.flush(1)
  test.not(output.level(), 'open', 'a flush ends at its deadline')
  await pipe.read().until((16 * 16 + 4) * chunk.length)
  await output.flush(DEADLINE_MS)
  test.equal(output.level(), 'open')
  test.equal(opened, 1)
})

void t.test('a reader that stalls for ever costs at most 17 MiB, and what is dropped is told', async (test) => {
  const pipe = openPipe(test)
  const { output } = openOutput(pipe.writer, 2)
  const line = Buffer.alloc(100, 97).fill('\n', 99)
  for (let count = 0; count < 400_000; count++) output.write('stdout', line)
  const received = (await pipe.read().until(' bytes are dropped\n')).toString()
  const [notice = '', dropped] = /supervisor \| output was not read: (\d+) bytes are dropped\n$/u.exec(received) ?? []
  const kept = received.length - notice.length
  test.equal(kept + Number(dropped), 400_000 * 100)
  // In memory, and what the pipe itself holds.
  test.ok(kept >= 17 * MIB && kept <= 17 * MIB + PIPE, `${kept} bytes were kept`)
})

void t.test('a pipe that was full is let hold more', async (test) => {
  const pipe = openPipe(test)
  const { output } = openOutput(pipe.writer, 2)
  const size = (): number => libc().fcntl(pipe.writer, F_GETPIPE_SZ, 0)
  output.write('stdout', new Uint8Array(PIPE))
  test.equal(size(), PIPE, 'not before')
  output.write('stdout', text('more\n'))
  test.equal(size(), MIB)
  await pipe.read().until('more\n')
})

void t.test('the descriptor that services share stays blocking', async (test) => {
  const pipe = openPipe(test)
  const { output } = openOutput(pipe.writer, pipe.writer)
  output.write('stdout', new Uint8Array(MIB))
  await output.flush(1)
  const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${pipe.writer}`, 'utf8'))?.[1]
  test.equal(Number.parseInt(flags ?? '', 8) & constants.O_NONBLOCK, 0)
})

void t.test('when the reader leaves, what is written is dropped and nobody is told', async (test) => {
  const [pipe, other] = [openPipe(test), openPipe(test)]
  const { output } = openOutput(pipe.writer, other.writer)
  output.write('stdout', new Uint8Array(MIB + PIPE))
  test.equal(output.level(), 'full')
  pipe.leave()
  await output.flush(DEADLINE_MS)
  test.equal(output.level(), 'open')
  output.write('stdout', text('more\n'))
  output.write('stderr', text('end\n'))
  test.equal((await other.read().until('end\n')).toString(), 'end\n')
})

void t.test('a new reader of a fifo is told what it missed', async (test) => {
  const pipe = openPipe(test)
  const { output, clock } = openOutput(pipe.writer, 2)
  pipe.leave()
  output.write('stdout', text('1st\n'))
  await output.flush(DEADLINE_MS)
  output.write('stdout', text('2nd\n'))
  clock.now = 1000
  output.write('stdout', text('3rd\n'))
  await output.flush(DEADLINE_MS)
  const reader = pipe.read()
  clock.now = 2000
  output.write('stdout', text('4th\n'))
  const notice = '\nsupervisor | cannot write to stdout: EPIPE; up to 12 bytes are lost\n'
  test.equal((await reader.until('4th\n')).toString(), `${notice}4th\n`)
  output.write('stdout', text('5th\n'))
  test.equal((await reader.until('5th\n')).toString(), `${notice}4th\n5th\n`)
})

void t.test('a full disk is told once, on the other stream', async (test) => {
  const other = openPipe(test)
  const { output, clock } = openOutput(openFile(test, '/dev/full', constants.O_WRONLY), other.writer)
  for (let count = 0; count < 5; count++) {
    output.write('stdout', text('lost\n'))
    await output.flush(DEADLINE_MS)
    clock.now += 1000
  }
  output.write('stderr', text('end\n'))
  test.equal(
    (await other.read().until('end\n')).toString(),
    'supervisor | cannot write to stdout: ENOSPC; its lines are dropped until it can be written\nend\n',
  )
})

void t.test('a closed descriptor is told on the other stream', async (test) => {
  const other = openPipe(test)
  const { output } = openOutput(other.writer, 9999)
  output.write('stderr', text('lost\n'))
  const told = 'supervisor | cannot write to stderr: EBADF; its lines are dropped until it can be written\n'
  test.equal((await other.read().until('\n')).toString(), told)
})

void t.test('two streams that both fail end quietly', async (test) => {
  const full = openFile(test, '/dev/full', constants.O_WRONLY)
  const { output } = openOutput(full, 9999)
  output.write('stdout', text('a\n'))
  output.write('stderr', text('b\n'))
  await output.flush(DEADLINE_MS)
  test.equal(output.level(), 'open')
})

void t.test('a file goes on where it stands', async (test) => {
  const path = join(mkdtempSync(join(tmpdir(), 'pidone-')), 'log')
  const fd = openFile(test, path, constants.O_WRONLY | constants.O_CREAT)
  writeSync(fd, 'before\n')
  const { output } = openOutput(fd, fd)
  for (let count = 0; count < 3; count++) output.write('stdout', new Uint8Array(300_000).fill(97))
  output.write('stderr', text('end\n'))
  await output.flush(DEADLINE_MS)
  writeSync(fd, 'after\n')
  test.ok(readFileSync(path, 'utf8') === `before\n${'a'.repeat(900_000)}end\nafter\n`)
})

void t.test('a descriptor that somebody made non-blocking gets all of it, when its reader reads', async (test) => {
  const path = join(mkdtempSync(join(tmpdir(), 'pidone-')), 'socket')
  const server = createServer({ pauseOnConnect: true }).listen(path)
  test.teardown(() => server.close())
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = createConnection(path)
  test.teardown(() => client.destroy())
  const [reader] = (await accepted) as [Socket]
  const { output } = openOutput((client as unknown as { _handle: { fd: number } })._handle.fd, 2)
  output.write('stdout', new Uint8Array(4 * MIB))
  await output.flush(1)
  test.equal(output.level(), 'full')
  const received = receive(reader.resume())
  test.teardown(received.close)
  await received.until(4 * MIB)
  await output.flush(DEADLINE_MS)
  test.equal(output.level(), 'open')
})

void t.test('a reader that stalls does not hold the process at its end', async (test) => {
  const pipe = openPipe(test)
  const fixture = fileURLToPath(new URL('../fixtures/exits-while-output-is-stalled.js', import.meta.url))
  const child = spawn(process.execPath, [fixture], { stdio: ['ignore', pipe.writer, pipe.writer] })
  test.teardown(() => child.kill('SIGKILL'))
  test.strictSame(await once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) }), [3, null])
})
