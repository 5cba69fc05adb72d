import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { makeProcesses } from './processes.ts'
import { replaceLibc, type Calls } from '../../src/system/libc/calls.ts'
import { startReaper } from '../../src/system/reaper.ts'
import { program, UNLESS_ROOT } from './fixture.ts'
import { record, service, type Recorded } from './recorder.ts'

const READY = { kind: 'notify-systemd' } as const
const NOBODY = { uid: 65_534, gid: 65_534, name: 'nobody', home: '/nonexistent' }

/** MSG_PEEK and MSG_DONTWAIT, as in recv(2). */
const PEEK = 0x42

const runtimeDir = mkdtempSync(join(tmpdir(), 'pidone-'))
chmodSync(runtimeDir, 0o711)
const notifyDir = join(runtimeDir, 'notify')
t.teardown(() => rmSync(runtimeDir, { recursive: true }))
const reaper = startReaper()
const environment = { PATH: process.env['PATH'] ?? '' }
const machine = makeProcesses({ environment, notifyDir, reaper })

function says(...words: readonly string[]): readonly string[] {
  return [process.execPath, program('says-notify'), ...words]
}

/** A process that is not PID 1 may not be the first here, nor the last. */
function socketOf(name: string): string {
  return join(notifyDir, `${name}@${process.pid}.sock`)
}

function messages(run: Recorded): readonly string[] {
  return run.told.flatMap((event) => (event.kind === 'notified' ? [event.message] : []))
}

void t.test('a message arrives while the service runs, whole and without waiting', async (test) => {
  const run = record(machine, service({ argv: says('READY=1\nSTATUS=très bien', 'wait'), ready: READY }))
  test.same(await run.next('notified'), { kind: 'notified', message: 'READY=1\nSTATUS=très bien' })
  test.equal(existsSync(socketOf('web')), true)
  run.process.signal('SIGTERM', 'process')
  await run.end()
  test.equal(existsSync(socketOf('web')), false, 'the socket goes with the run')
})

void t.test('a service with a watchdog is heard, however it says that it is ready', async (test) => {
  const ready = { kind: 'notify-fd', fd: 'auto' } as const
  const run = record(machine, service({ argv: says('WATCHDOG=1', 'wait'), ready, watchdogMs: 1000 }))
  test.same(await run.next('notified'), { kind: 'notified', message: 'WATCHDOG=1' })
  await run.clear()
})

void t.test('what was said just before the end is told before the exit', async (test) => {
  const words = Array.from({ length: 300 }, (_, index) => `STATUS=${index}`)
  const run = record(machine, service({ argv: says(...words), ready: READY }))
  await run.end()
  test.same(messages(run), words)
  const last = run.told.findLastIndex(({ kind }) => kind === 'notified')
  test.ok(last < run.told.findIndex(({ kind }) => kind === 'exited'))
})

void t.test('a message that could not be taken at once is taken all the same', async (test) => {
  let [hasRefused, isRefusal] = [false, false]
  replaceLibc(({ calls, errno }) => {
    test.teardown(() => replaceLibc(() => ({ calls, errno })))
    const recv: Calls['recv'] = (fd, ...how) => {
      isRefusal = !hasRefused && calls.recv(fd, Buffer.alloc(1), 1, PEEK) !== -1
      hasRefused ||= isRefusal
      return isRefusal ? -1 : calls.recv(fd, ...how)
    }
    return { calls: { ...calls, recv }, errno: () => (isRefusal ? constants.errno.ENOMEM : errno()) }
  })
  const run = record(machine, service({ argv: says('READY=1', 'wait'), ready: READY }))
  test.same(await run.next('notified'), { kind: 'notified', message: 'READY=1' })
  test.equal(hasRefused, true)
  await run.clear()
})

void t.test('a message that is too long is ignored: its last line could say something else', async (test) => {
  const words = [4096, 4097].map((length) => `STATUS=${'x'.repeat(length - 21)}\nMAINPID=12345`)
  const run = record(machine, service({ argv: says(...words, 'READY=1'), ready: READY }))
  await run.end()
  test.same(messages(run), [words[0], 'READY=1'])
})

void t.test('what an earlier run left behind is neither in the way nor heard', async (test) => {
  writeFileSync(socketOf('web'), 'stale')
  const first = record(machine, service({ argv: says('READY=1', 'wait'), ready: READY }))
  await first.next('notified')
  const second = record(machine, service({ argv: says('STATUS=second', 'wait'), ready: READY }))
  await second.next('notified')
  test.same(messages(second), ['STATUS=second'])
  await Promise.all([first.clear(), second.clear()])
})

void t.test('only the service may write to its socket', { skip: UNLESS_ROOT }, async (test) => {
  const run = record(machine, service({ name: 'mine', argv: says('READY=1', 'wait'), ready: READY, user: NOBODY }))
  await run.next('notified')
  const { mode, uid } = statSync(socketOf('mine'))
  test.same([(mode & 0o777).toString(8), uid], ['600', NOBODY.uid])
  test.equal((statSync(notifyDir).mode & 0o777).toString(8), '711')
  await run.clear()
})

for (const [what, name] of [
  ['a slash and dots', '../../etc/x'],
  ['a key of every object', '__proto__'],
  ['200 characters', 'x'.repeat(200)],
] as const) {
  void t.test(`a service whose name has ${what} has a socket of its own`, async (test) => {
    const run = record(machine, service({ name, argv: says('READY=1'), ready: READY }))
    await run.end()
    test.same(messages(run), ['READY=1'])
  })
}

void t.test('a number in place of a name is nobody’s name', async (test) => {
  const argv = says('READY=1', 'wait')
  const long = record(machine, service({ name: 'x'.repeat(200), argv, ready: READY }))
  await long.next('notified')
  const taken = readdirSync(notifyDir).map((file) => file.replace('.sock', ''))
  test.equal(taken.length, 1)
  const others = [...taken, '5', '\ud800'].map((name) => record(machine, service({ name, argv, ready: READY })))
  for (const other of others) await other.next('notified')
  test.equal(readdirSync(notifyDir).length, 4)
  await Promise.all([long, ...others].map((run) => run.clear()))
  for (const run of [long, ...others]) test.strictSame(messages(run), ['READY=1'])
})

void t.test('where no path is short enough the start fails: an abstract socket would be everybody’s', async (test) => {
  const folder = join(runtimeDir, 'deep'.repeat(30))
  const deep = makeProcesses({ environment, notifyDir: folder, reaper })
  const run = record(deep, service({ argv: ['/bin/true'], ready: READY }))
  const { message } = await run.next('failed')
  test.match(
    message,
    /^cannot open a notification socket in ".*deep": the path is \d+ bytes too long for a socket; set /,
  )
})

void t.test('a folder that cannot be made fails the start, in words', async (test) => {
  const blocked = makeProcesses({ environment, notifyDir: '/dev/null/notify', reaper })
  const run = record(blocked, service({ argv: ['/bin/true'], ready: READY }))
  test.same(await run.next('failed'), {
    kind: 'failed',
    message: `cannot open the notification socket "/dev/null/notify/web@${process.pid}.sock": ENOTDIR; set PIDONE_RUNTIME_DIR to a folder that can be written`,
    status: 126,
  })
})

void t.test('a link in the folder’s place is not followed', async (test) => {
  const link = join(runtimeDir, 'link')
  const elsewhere = mkdtempSync(join(runtimeDir, 'elsewhere-'))
  symlinkSync(elsewhere, link)
  const run = record(
    makeProcesses({ environment, notifyDir: link, reaper }),
    service({ argv: ['/bin/true'], ready: READY }),
  )
  const { message } = await run.next('failed')
  test.equal(message, `cannot open a notification socket: "${link}" is a symbolic link`)
  test.strictSame(readdirSync(elsewhere), [])
})

void t.test('twenty services that speak at once are all heard', async (test) => {
  const runs = Array.from({ length: 20 }, (_, index) =>
    record(machine, service({ name: `s${index}`, argv: says(`STATUS=${index}`, 'wait'), ready: READY })),
  )
  const heard = await Promise.all(runs.map(async (run) => (await run.next('notified')).message))
  test.same(
    heard,
    runs.map((_, index) => `STATUS=${index}`),
  )
  await Promise.all(runs.map((run) => run.clear()))
})

for (const [fd, argv] of [
  ['auto', ['/bin/sh', '-c', 'eval "printf no >&$NOTIFY_FD; echo >&$NOTIFY_FD; echo >&$NOTIFY_FD"; ls /proc/$$/fd']],
  [7, ['/bin/sh', '-c', 'printf no >&7; echo >&7; echo >&7; exec 7>&-; ls /proc/$$/fd']],
] as const) {
  void t.test(`a newline on notification fd ${fd} is told once, as READY=1`, async (test) => {
    const run = record(machine, service({ argv, ready: { kind: 'notify-fd', fd } }))
    await run.end()
    await run.next('notified')
    test.same(messages(run), ['READY=1'])
  })
}

void t.test('a notification fd that is closed without a newline tells nothing', async (test) => {
  const argv = ['/bin/sh', '-c', 'printf x >&3; exec 3>&-; echo end']
  const run = record(machine, service({ argv, ready: { kind: 'notify-fd', fd: 3 } }))
  await run.end()
  test.same(messages(run), [])
})
