import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net, { type SocketConstructorOpts } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeProcesses } from './processes.ts'
import { startReaper } from '../../src/system/reaper.ts'
import { descriptors, readInherited } from './descriptors.ts'
import { record, service, within } from './recorder.ts'

const runtimeDir = mkdtempSync(join(tmpdir(), 'pidone-'))
chmodSync(runtimeDir, 0o711)
t.teardown(() => rmSync(runtimeDir, { recursive: true }))
const reaper = startReaper()
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', USER: 'root', LOGNAME: 'root', APP: 'shop' }
const machine = makeProcesses({ environment, notifyDir: runtimeDir, reaper })

function sh(script: string): readonly string[] {
  return ['/bin/sh', '-c', script]
}

void t.test('a process is spawned, speaks and exits, and nothing is told before spawn has returned', async (test) => {
  const run = record(machine, service({ argv: sh('echo out; echo err >&2; exit 3') }))
  test.same(run.told, [], 'nothing yet')
  test.same(await run.end(), { kind: 'code', code: 3 })
  test.equal(run.told[0]?.kind, 'spawned')
  test.same([run.stdout(), run.stderr()], ['out\n', 'err\n'])
  test.equal(run.told.filter(({ kind }) => kind === 'outputEnded').length, 1)
})

for (const signal of [
  'SIGKILL',
  'SIGSEGV',
  'SIGABRT',
  'SIGTERM',
  'SIGPIPE',
  'SIGUSR1',
  'SIGSTKFLT',
  'SIGIO',
  'SIGSYS',
] as const) {
  void t.test(`a death by ${signal} is told by its name`, async (test) => {
    const run = record(machine, service({ argv: sh(`ulimit -c 0; kill -${constants.signals[signal]} $$`) }))
    // Of this one it is told that it was none of ours.
    const sender = signal === 'SIGKILL' ? { sender: 'unknown' } : {}
    test.same(await run.end(), { kind: 'signal', signal, ...sender })
  })
}

void t.test('a SIGKILL of ours is told as such', async (test) => {
  const run = record(machine, service({ argv: ['sleep', '1000'] }))
  await run.next('spawned')
  run.process.signal('SIGKILL', 'group')
  test.same(await run.end(), { kind: 'signal', signal: 'SIGKILL' })
})

for (const number of [34, 63]) {
  void t.test(`a death by the real-time signal ${number} is no exit with 0`, async (test) => {
    const run = record(machine, service({ argv: sh(`kill -${number} $$`) }))
    test.same(await run.end(), { kind: 'code', code: 128 + number })
  })
}

void t.test('no descriptor leaks into a process, and its output can be opened as /dev/stdout', async (test) => {
  const inherited = readInherited()
  const run = record(
    machine,
    service({ argv: sh('ls /proc/$$/fd; echo again > /dev/stdout; echo wrong > /dev/stderr') }),
  )
  await run.end()
  test.same(
    run
      .stdout()
      .trim()
      .split('\n')
      .filter((line) => !inherited.has(line)),
    ['0', '1', '2', 'again'],
  )
  test.equal(run.stderr(), 'wrong\n')
})

void t.test('a process leads a session and a group of its own', async (test) => {
  const run = record(machine, service({ argv: ['/bin/cat', '/proc/self/stat'] }))
  await run.end()
  const [pid, , , , group, session] = run.stdout().split(' ')
  test.same([group, session], [pid, pid])
})

void t.test('no signal is ignored or blocked in a process', async (test) => {
  process.on('SIGPIPE', () => {})
  const run = record(machine, service({ argv: ['/bin/cat', '/proc/self/status'] }))
  await run.end()
  test.same(run.stdout().match(/^Sig(?:Blk|Ign|Cgt):.*$/gm), [
    'SigBlk:\t0000000000000000',
    'SigIgn:\t0000000000000000',
    'SigCgt:\t0000000000000000',
  ])
})

void t.test('the working directory is the one asked for', async (test) => {
  const run = record(machine, service({ argv: ['/bin/pwd'], workingDir: '/usr/lib' }))
  await run.end()
  test.equal(run.stdout(), '/usr/lib\n')
})

void t.test('what cannot be executed fails with the status that a shell would give', async (test) => {
  const text = join(runtimeDir, 'text')
  writeFileSync(text, 'no program')
  const missing = record(machine, service({ argv: ['/nonexistent/command'] }))
  const plain = record(machine, service({ argv: [text] }))
  const tooLong = record(machine, service({ argv: ['/bin/true', 'x'.repeat(1 << 18)] }))
  const invalid = record(machine, service({ argv: ['/bin/true', 'a\0b'] }))
  const noFolder = record(machine, service({ argv: ['/bin/true'], workingDir: '/nonexistent' }))
  for (const run of [missing, plain, tooLong, invalid, noFolder]) test.same(run.told, [])
  test.equal((await missing.next('failed')).status, 127)
  test.equal((await plain.next('failed')).status, 126)
  test.equal((await tooLong.next('failed')).status, 126)
  test.equal(
    (await invalid.next('failed')).message,
    'cannot execute "/bin/true": its argument 1 has a NUL in it, where it would end; leave it out',
  )
  test.match(await noFolder.next('failed'), { kind: 'failed', message: /\S/ })
  await Promise.all([missing, plain, tooLong, invalid, noFolder].map((run) => run.clear()))
  for (const run of [missing, plain, tooLong, invalid, noFolder]) test.equal(run.told.length, 1)
})

void t.test('failing to start leaves no descriptor open', async (test) => {
  const before = openDescriptors()
  const ready = { kind: 'notify-systemd' } as const
  const argv = ['/nonexistent/command']
  await Promise.all(Array.from({ length: 20 }, () => record(machine, service({ argv, ready })).next('failed')))
  test.equal(openDescriptors(), before)
})

void t.test('a process whose output cannot be read is killed, and fails cleanly', async (test) => {
  const before = openDescriptors()
  failSecondSocket(test)
  const ready = { kind: 'notify-fd', fd: 'auto' } as const
  const run = record(machine, service({ argv: ['/bin/sleep', '31336'], ready }))
  const { message } = await run.next('failed')
  test.equal(
    message,
    'cannot read what "/bin/sleep" says: EMFILE: too many open files; raise their limit ("docker run --ulimit nofile=N")',
  )
  await within<null>('end of the process', 5000, (resolve) => {
    const look = (): void => void (isRunning('sleep\x0031336') ? setImmediate(look) : resolve(null))
    look()
  })
  test.same(run.told, [{ kind: 'failed', message, status: 126, lasting: 'for-now' }])
  test.equal(openDescriptors(), before)
})

void t.test('a process that is spawned and gone leaves no descriptor open', async (test) => {
  const before = openDescriptors()
  const ready = { kind: 'notify-fd', fd: 'auto' } as const
  await Promise.all(Array.from({ length: 20 }, () => record(machine, service({ argv: ['/bin/true'], ready })).end()))
  test.equal(openDescriptors(), before)
})

void t.test('a signal reaches the process alone, or its whole group', async (test) => {
  const script = 'trap "" TERM; sleep 100 & echo $!; wait; exit 5'
  const alone = record(machine, service({ argv: sh(script) }))
  await alone.says(/\d+\n/)
  alone.process.signal('SIGTERM', 'process')
  alone.process.signal('SIGKILL', 'process')
  test.same((await alone.next('exited')).exit, { kind: 'signal', signal: 'SIGKILL' })
  const group = record(machine, service({ argv: sh('trap "exit 4" TERM; sh -c "echo up; exec sleep 100" & wait') }))
  await group.says(/up/)
  group.process.signal('SIGTERM', 'group')
  // The output ends only when the child, which holds it too, has ended.
  test.same(await group.end(), { kind: 'code', code: 4 })
  await Promise.all([alone.clear(), group.clear()])
  alone.process.signal('SIGTERM', 'process')
  alone.process.signal('SIGTERM', 'group')
})

void t.test('output that is paused waits in the pipe, and comes whole', async (test) => {
  const run = record(machine, service({ argv: sh('head -c 3000000 /dev/zero; echo end') }))
  run.process.pauseOutput()
  await run.pid()
  test.equal(run.stdout().length, 0)
  run.process.resumeOutput()
  await run.end()
  test.equal(run.stdout().length, 3_000_004)
})

void t.test(
  'the foreground has the descriptors and the session of the supervisor, and a group of its own',
  async (test) => {
    const run = record(machine, service({ argv: sh('kill -s TERM $$') }), 'foreground')
    test.same(await run.end(), { kind: 'signal', signal: 'SIGTERM' })
    const sleeper = record(machine, service({ argv: ['/bin/sleep', '100'] }), 'foreground')
    const stat = readFileSync(`/proc/${await sleeper.pid()}/stat`, 'utf8').split(' ')
    const [, , , , , session] = readFileSync('/proc/self/stat', 'utf8').split(' ')
    test.same(stat.slice(4, 6), [stat[0], session])
    await sleeper.clear()
    test.same(await sleeper.end(), { kind: 'signal', signal: 'SIGKILL' })
  },
)

/** Until the end of the test: the machine refuses the second socket that is opened. */
function failSecondSocket(test: Test): void {
  const { Socket } = net
  let opened = 0
  const Failing = class extends Socket {
    constructor(options: SocketConstructorOpts) {
      opened += 1
      if (opened === 2) throw Object.assign(new Error('open EMFILE'), { code: 'EMFILE', syscall: 'open' })
      super(options)
    }
  }
  test.teardown(() => setSocket(Socket))
  setSocket(Failing)
}

function setSocket(Socket: typeof net.Socket): void {
  Object.assign(net, { Socket })
  syncBuiltinESMExports()
}

function isRunning(commandLine: string): boolean {
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(commandLine)
    } catch {
      return false
    }
  })
}

function openDescriptors(): number {
  return descriptors().length
}
