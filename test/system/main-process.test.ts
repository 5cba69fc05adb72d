import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { readProcess } from '../../src/system/process-table.ts'
import { makeProcesses } from './processes.ts'
import { startReaper } from '../../src/system/reaper.ts'
import { AS_PID_1, runFixture, UNLESS_ROOT } from './fixture.ts'
import { record, service, within, type Recorded } from './recorder.ts'

const folder = mkdtempSync(join(tmpdir(), 'pidone-'))
chmodSync(folder, 0o711)
t.teardown(() => rmSync(folder, { recursive: true }))
const reaper = startReaper()
const environment = { PATH: process.env['PATH'] ?? '' }
const machine = makeProcesses({ environment, notifyDir: join(folder, 'notify'), reaper })
let files = 0

/** A name that scripts wait for, until it is made. */
function gate(): { readonly path: string; readonly open: () => void } {
  const path = join(folder, `gate-${++files}`)
  return { path, open: () => writeFileSync(path, '') }
}

const WAIT = 'await() { until test -e "$1"; do sleep 0.01; done; }; '

function sh(script: string, ...args: readonly string[]): Recorded {
  return record(machine, service({ argv: ['/bin/sh', '-c', `${WAIT}${script}`, 'sh', ...args] }))
}

/** The pid that the run tells of a process of its own. */
async function named(run: Recorded, name = 'main'): Promise<number> {
  return Number((await run.says(new RegExp(`${name} (\\d+)\n`)))[1])
}

async function gone(pid: number): Promise<void> {
  await within<null>('end of a process', 10_000, (resolve) => {
    const look = (): void => void (readProcess(pid) === 'gone' ? resolve(null) : setImmediate(look))
    look()
  })
}

/** A daemon in a session of its own: it exits with 7 when the second gate opens, its parent with 0 at the first. */
const DAEMON = `setsid sh -c 'echo main $$; until test -e "$0"; do sleep 0.01; done; exit 7' "$2" & await "$1"; exit 0`

void t.test('the end of the process that is followed is told, and not that of the first', async (test) => {
  const [handOver, end] = [gate(), gate()]
  const run = sh(DAEMON, handOver.path, end.path)
  test.equal(run.process.followMain(await named(run)), true)
  handOver.open()
  await gone(await run.pid())
  test.equal(run.told.filter(({ kind }) => kind === 'exited').length, 0, 'nothing is told of the first')
  end.open()
  test.same(await run.end(), { kind: 'code', code: 7 })
  await run.clear()
  test.equal(run.told.filter(({ kind }) => kind === 'exited').length, 1)
  test.equal(run.process.followMain(await named(run)), false, 'nobody is followed any more')
})

void t.test(
  'a daemon that was left by the first process before can be followed for as long as that lives',
  async (test) => {
    const [go, end] = [gate(), gate()]
    const script = `sh -c 'setsid sh -c "echo main \\$\\$; until test -e $0; do sleep 0.01; done; exit 8" & exit' "$2"; await "$1"`
    const run = sh(script, go.path, end.path)
    const pid = await named(run)
    test.equal(run.process.followMain(pid), true)
    go.open()
    await gone(await run.pid())
    end.open()
    test.same(await run.end(), { kind: 'code', code: 8 })
  },
)

for (const scope of ['process', 'group'] as const) {
  void t.test(`signals go to the ${scope} that is followed`, async (test) => {
    const script = `trap 'echo first' TERM; setsid sh -c 'trap "exit 3" TERM; sleep 1000 & echo child $!; echo main $$; wait' & while :; do sleep 1000 & wait $!; done`
    const run = sh(script)
    const pid = await named(run)
    const child = await named(run, 'child')
    test.equal(run.process.followMain(pid), true)
    run.process.signal('SIGTERM', scope)
    if (scope === 'group') await gone(child)
    await gone(pid)
    test.equal(readProcess(child) === 'gone', scope === 'group')
    test.notMatch(run.stdout(), /first/)
    await run.clear()
    await run.end()
  })
}

void t.test('a process that leads no group is signalled with that of the run', async (test) => {
  const run = sh(`sh -c 'trap "exit 4" TERM; echo main $$; while :; do sleep 0.01; done' & exec sleep 1000`)
  test.equal(run.process.followMain(await named(run)), true)
  run.process.signal('SIGTERM', 'group')
  test.same(await run.end(), { kind: 'code', code: 4 }, 'the first process ended too, and could not have its status')
})

void t.test('a parent that takes the status gives its own', async (test) => {
  const end = gate()
  const run = sh(
    `setsid sh -c 'echo main $$; until test -e "$0"; do sleep 0.01; done; exit 5' "$1" & wait; exit 6`,
    end.path,
  )
  test.equal(run.process.followMain(await named(run)), true)
  end.open()
  test.same(await run.end(), { kind: 'code', code: 6 })
})

for (const { parent, how } of [
  { parent: 'waits for it', how: 'while :; do sleep 0.1; done' },
  { parent: 'does not', how: 'exec sleep 1000' },
]) {
  void t.test(`a parent that lives on and ${parent} is the main process again`, async (test) => {
    const end = gate()
    const run = sh(`sh -c 'echo main $$; until test -e "$0"; do sleep 0.01; done' "$1" & ${how}`, end.path)
    test.equal(run.process.followMain(await named(run)), true)
    end.open()
    test.same(await run.next('mainChanged'), { kind: 'mainChanged', pid: await run.pid() })
    run.process.signal('SIGKILL', 'process')
    test.same((await run.next('exited')).exit, { kind: 'signal', signal: 'SIGKILL' })
    await run.clear()
  })
}

void t.test('the first process can be followed again, and the second ends unheard', async (test) => {
  const [go, end] = [gate(), gate()]
  const run = sh(
    `setsid sh -c 'echo main $$; until test -e "$0"; do sleep 0.01; done' "$2" & await "$1"; exit 2`,
    go.path,
    end.path,
  )
  const pid = await named(run)
  test.equal(run.process.followMain(pid), true)
  test.equal(run.process.followMain(pid), true, 'asked again, it still is')
  test.equal(run.process.followMain(await run.pid()), true)
  end.open()
  go.open()
  test.same(await run.end(), { kind: 'code', code: 2 })
})

void t.test('a process of another run, or of none, is refused', async (test) => {
  const [mine, other] = [sh('echo up; sleep 1000'), sh('setsid sleep 1000 & echo main $!; wait')]
  await mine.says(/up/)
  const foreign = [await other.pid(), await named(other)]
  const nonsense = [process.pid, process.ppid, 1, 0, -1, Number.NaN, 1.5, 4_194_305]
  for (const pid of [...foreign, ...nonsense]) test.equal(mine.process.followMain(pid), false, String(pid))
  mine.process.signal('SIGKILL', 'process')
  test.same((await mine.next('exited')).exit, { kind: 'signal', signal: 'SIGKILL' })
  await Promise.all([mine.clear(), other.clear()])
})

void t.test('clearing kills the process that is followed, and all else, and its end is told', async (test) => {
  const run = sh(`setsid sh -c 'sleep 1000 & echo child $!; echo main $$; wait' & echo first; exec sleep 1000`)
  const pids = [await run.pid(), await named(run), await named(run, 'child')]
  test.equal(run.process.followMain(pids[1] ?? 0), true)
  await run.clear()
  test.same(
    pids.map((pid) => readProcess(pid)),
    ['gone', 'gone', 'gone'],
  )
  test.match(await run.end(), { kind: /signal/ })
})

void t.test('the event loop is not held when all is over', async (test) => {
  const holds = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  test.equal(holds, 0)
})

for (const { as, chain, skip } of [
  { as: 'PID 1', chain: AS_PID_1, skip: UNLESS_ROOT },
  { as: 'a subreaper', chain: [], skip: false },
] as const) {
  void t.test(`as ${as}, a daemon that crashes right after it was named is heard of`, { skip }, async (test) => {
    const { exits, followed, left } = (await runFixture(chain, 'hands-over', [])) as Record<string, unknown>
    test.same(
      exits,
      Array.from({ length: 10 }, () => ({ kind: 'code', code: 9 })),
    )
    test.same(
      followed,
      Array.from({ length: 10 }, () => true),
    )
    test.equal(left, 0)
  })
}

for (const [whose, args] of [
  ['an earlier main process', []],
  ['the process that was started', ['run']],
] as const) {
  void t.test(`a process that has the pid of ${whose} is the main process`, { skip: UNLESS_ROOT }, async (test) => {
    // A thread may have taken the pid.
    let outcome: unknown
    for (let tries = 0; tries < 5 && !isReused(outcome); tries++) {
      outcome = await runFixture(AS_PID_1, 'names-reused-pid', args)
    }
    test.same(outcome, { isReused: true, exit: { kind: 'code', code: 3 } })
  })
}

function isReused(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'isReused' in outcome && outcome.isReused === true
}
