import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { OnceRequest, OnceResult } from '../../src/system/checks/exec.ts'
import { readProcess } from '../../src/system/process-table.ts'
import { makeProcesses } from './processes.ts'
import { startReaper } from '../../src/system/reaper.ts'
import { createRunOnce } from '../../src/system/run-once.ts'
import { script } from './fixture.ts'
import { service, within } from './recorder.ts'

const MIB = 2 ** 20

const folder = mkdtempSync(join(tmpdir(), 'pidone-'))
chmodSync(folder, 0o711)
t.teardown(() => rmSync(folder, { recursive: true }))
const environment = { PATH: process.env['PATH'] ?? '' }
const { spawn } = makeProcesses({ environment, notifyDir: join(folder, 'notify'), reaper: startReaper() })
const runOnce = createRunOnce(spawn)

const OWNER = service({ argv: ['/bin/false'], environment: new Map([['COLOUR', 'blue']]) })

function requestOf(argv: readonly string[], timeoutMs = 60_000): OnceRequest {
  return { service: OWNER, runId: 'run-7', argv, timeoutMs }
}

function askOnce(request: OnceRequest): Promise<OnceResult> {
  return within('result', 10_000, (done) => runOnce(request, done))
}

function ask(text: string, ...args: readonly string[]): Promise<OnceResult> {
  return askOnce(requestOf(['/bin/sh', '-c', text, ...args]))
}

void t.test('tells how a command ended and what it said, with the environment of its service', async (test) => {
  test.same(await ask('echo "$COLOUR"; echo err >&2; exit 3'), {
    end: { kind: 'exited', exit: { kind: 'code', code: 3 } },
    output: 'blue\nerr\n',
  })
  const watched = { ...OWNER, watchdogMs: 1000, ready: { kind: 'notify-systemd' } as const }
  const argv = ['/bin/sh', '-c', 'echo "<$NOTIFY_SOCKET$WATCHDOG_USEC>"']
  const { output } = await askOnce({ ...requestOf(argv), service: watched })
  test.equal(output, '<>\n')
  test.match((await ask('echo "$PIDONE_RUN"')).output, /^run-7\.once-\d+\n$/)
})

void t.test('tells why a command could not be run', async (test) => {
  const why = 'cannot execute "/nonexistent": it does not exist'
  test.same(await askOnce(requestOf(['/nonexistent'])), { end: { kind: 'not-run', why }, output: '' })
})

void t.test('keeps the beginning of a long output', async (test) => {
  const { output, end } = await ask('echo begin; head -c 1000000 /dev/zero | tr "\\0" x; exit 4')
  test.same([output, end], [`begin\n${'x'.repeat(4090)}…`, { kind: 'exited', exit: { kind: 'code', code: 4 } }])
})

void t.test('holds nothing of the rest in memory, while the command still runs', async (test) => {
  const file = join(folder, 'said')
  const before = heldBytes()
  const text = 'head -c 100000000 /dev/zero; echo > "$0"; exec sleep 1000'
  const cancel = runOnce(requestOf(['/bin/sh', '-c', text, file]), () => {})
  await until('all of the output', () => existsSync(file))
  const grown = heldBytes() - before
  cancel()
  // Far below the 95 MiB that were said; what V8 has not collected yet counts too.
  test.ok(grown < 60 * MIB, `${Math.round(grown / MIB)} MiB more`)
})

void t.test('what a command leaves behind is gone when its end is told', async (test) => {
  const { end, output } = await ask(
    'f=$(mktemp); "$0" > "$f" & until grep daemon "$f"; do :; done; rm "$f"',
    script('double-forks-and-ignores-sigterm'),
  )
  test.same(end, { kind: 'exited', exit: { kind: 'code', code: 0 } })
  test.same(living(output), [])
})

void t.test('a command that takes too long is gone with all that it started when that is told', async (test) => {
  const file = join(folder, 'late-pids')
  const text = 'echo so far; "$0" > "$1" & trap "" TERM; while :; do sleep 1; done'
  const argv = ['/bin/sh', '-c', text, script('double-forks-and-ignores-sigterm'), file]
  const { end, output } = await askOnce(requestOf(argv, 1000))
  test.same([end, output], [{ kind: 'too-slow' }, 'so far\n'])
  const pids = readFileSync(file, 'utf8')
  test.equal(pids.match(/\d+/g)?.length, 2, 'it had started its daemon')
  test.same(living(pids), [])
})

void t.test('an output that somebody else holds open does not keep the end from being told', async (test) => {
  const [pidFile, go] = [join(folder, 'pid'), join(folder, 'go')]
  const asked = ask('echo said; echo $$ > "$0"; until test -e "$1"; do sleep 0.01; done', pidFile, go)
  await until('its pid', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'))
  const fd = openSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/fd/1`, 'w')
  test.teardown(() => closeSync(fd))
  writeFileSync(go, '')
  test.same(await asked, { end: { kind: 'exited', exit: { kind: 'code', code: 0 } }, output: 'said\n' })
})

void t.test('a cancelled command is killed with all that it started, and nothing is told of it', async (test) => {
  const file = join(folder, 'pids')
  let isTold = false
  const argv = ['/bin/sh', '-c', 'exec "$0" > "$1"', script('double-forks-and-ignores-sigterm'), file]
  const cancel = runOnce(requestOf(argv), () => (isTold = true))
  await until('its daemon', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
  const pids = readFileSync(file, 'utf8')
  test.equal(living(pids).length, 2)
  cancel()
  await within<void>('its end', 10_000, (gone) => cancel(gone))
  test.same(living(pids), [])
  await within<void>('its end once more', 10_000, (gone) => cancel(gone))
  await nextTurn()
  test.equal(isTold, false)
})

void t.test('a cancel after the end does nothing', async (test) => {
  const cancel = await within<ReturnType<typeof runOnce>>('result', 10_000, (resolve) => {
    const end = runOnce(requestOf(['/bin/true']), () => resolve(end))
  })
  await within<void>('its end', 10_000, (gone) => cancel(gone))
  test.pass()
})

void t.test('of many commands at once one is started a turn, and none that is taken back before', async (test) => {
  const started: (string | undefined)[] = []
  const many = createRunOnce((request, listener) => {
    started.push(request.service.argv[0])
    return spawn(request, listener)
  })
  const cancels = ['one', 'two', 'three'].map((name) => many(requestOf([name]), () => {}))
  test.same(started, [])
  cancels[1]?.()
  await nextTurn()
  test.same(started, ['one'])
  await nextTurn()
  test.same(started, ['one', 'three'])
  many(requestOf(['four']), () => {})
  await nextTurn()
  test.same(started, ['one', 'three', 'four'])
})

void t.test('a fault of the spawn is told as its end', async (test) => {
  const faulty = createRunOnce(() => {
    throw new Error('internal error: no spawn')
  })
  test.same(await within('result', 10_000, (done) => faulty(requestOf(['/bin/true']), done)), {
    end: { kind: 'not-run', why: 'Error: internal error: no spawn' },
    output: '',
  })
})

/** Outside of the heap, without garbage. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().arrayBuffers
}

function living(text: string): readonly number[] {
  return (text.match(/\d+/g) ?? []).map(Number).filter((pid) => readProcess(pid) !== 'gone')
}

async function until(what: string, look: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!look()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`)
    await nextTurn()
  }
}
