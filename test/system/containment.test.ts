import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { readProcess } from '../../src/system/process-table.ts'
import { makeProcesses } from './processes.ts'
import { startReaper } from '../../src/system/reaper.ts'
import { script, runFixture, UNLESS_ROOT } from './fixture.ts'
import { record, service, type Recorded } from './recorder.ts'

const DAEMON = script('double-forks-and-ignores-sigterm')
/** Leaves a daemon behind, and ends as soon as that one has spoken. */
const LEAVE_DAEMON = 'f=$(mktemp); "$0" > "$f" & until grep -s daemon "$f"; do :; done; rm "$f"'
const NOBODY = { uid: 65_534, gid: 65_534, name: 'nobody', home: '/nonexistent' }

/** What a container has that was given no more (moby, oci/caps/defaults.go). */
const DOCKER_CAPABILITIES =
  '+chown,+dac_override,+fsetid,+fowner,+mknod,+net_raw,+setgid,+setuid,+setfcap,+setpcap,+net_bind_service,' +
  '+sys_chroot,+kill,+audit_write'

const runtimeDir = mkdtempSync(join(tmpdir(), 'pidone-'))
chmodSync(runtimeDir, 0o711)
t.teardown(() => rmSync(runtimeDir, { recursive: true }))
const environment = { PATH: process.env['PATH'] ?? '' }
const machine = makeProcesses({ environment, notifyDir: runtimeDir, reaper: startReaper() })

function sh(text: string): readonly string[] {
  return ['/bin/sh', '-c', text]
}

/** The pids that a daemon of the run printed. */
async function daemon(run: Recorded): Promise<readonly number[]> {
  const match = await run.says(/daemon (\d+) (\d+)\n/)
  return [Number(match[1]), Number(match[2])]
}

function living(pids: readonly number[]): readonly number[] {
  return pids.filter((pid) => readProcess(pid) !== 'gone')
}

void t.test('a daemon in a session of its own that ignores SIGTERM is gone after clear', async (test) => {
  const run = record(machine, service({ argv: [DAEMON] }))
  const pids = await daemon(run)
  test.same(living(pids), pids)
  run.process.signal('SIGTERM', 'process')
  test.same((await run.next('exited')).exit, { kind: 'signal', signal: 'SIGTERM' })
  test.same(living(pids), pids, 'it outlived the stop signal')
  await run.clear()
  test.same(living(pids), [])
  await run.end()
})

void t.test('clear kills a run that is still going, first process and all', async (test) => {
  const run = record(machine, service({ argv: [DAEMON] }))
  const pids = [await run.pid(), ...(await daemon(run))]
  await run.clear()
  test.same(living(pids), [])
  test.same(await run.end(), { kind: 'signal', signal: 'SIGKILL' })
})

void t.test('what is left in the session or the group of a first process that has ended is gone', async (test) => {
  const text = 'sleep 1000 & echo "daemon $! $$"; exec env -i sh -c "trap : TERM; sleep 1000 & exit 0"'
  const run = record(machine, service({ argv: sh(text) }))
  const pids = await daemon(run)
  await run.next('exited')
  test.equal(living(pids).length, 1)
  await run.clear()
  test.same(living(pids), [])
  await run.end()
})

void t.test('a descendant without any mark is known from the moment of the stop signal', async (test) => {
  const text = 'setsid env -i /bin/sh -c \'sleep 1000 & echo "daemon $$ $!"; wait\' & trap "exit 0" TERM; wait'
  const run = record(machine, service({ argv: sh(text) }))
  const pids = await daemon(run)
  run.process.signal('SIGTERM', 'process')
  await run.next('exited')
  test.same(living(pids), pids)
  await run.clear()
  test.same(living(pids), [])
})

for (const { whose, user, skip } of [
  { whose: 'ours', user: null, skip: false },
  { whose: 'of another user', user: NOBODY, skip: UNLESS_ROOT },
] as const) {
  void t.test(
    `a daemon without any mark (${whose}) is known by the output that it holds when its parent has ended by itself`,
    { skip },
    async (test) => {
      const text = 'env -i setsid -f /bin/sh -c \'env - sleep 1000 & echo "daemon $$ $!"; wait\'; exit 1'
      const run = record(machine, service({ argv: sh(text), user }))
      const pids = await daemon(run)
      await run.next('exited')
      test.same(living(pids), pids)
      await run.clear()
      test.same(living(pids), [])
      await run.end()
    },
  )
}

void t.test('what a supervisor below us had started is gone when that has died', async (test) => {
  // As the inner one leaves it: marked by both, in a session of its own, and with other descriptors than those of ours.
  const marked = 'PIDONE_RUN="$PIDONE_RUN:inner.web.1" setsid -f "$0" > "$1" 2>&1 < /dev/null'
  const file = join(runtimeDir, 'inner')
  const argv = [...sh(`${marked}; until grep -qs daemon "$1"; do :; done`), DAEMON, file]
  const run = record(machine, service({ argv }))
  await run.next('exited')
  const pids = readFileSync(file, 'utf8').match(/\d+/g)?.map(Number) ?? []
  test.equal(living(pids).length, 2)
  await run.clear()
  test.same(living(pids), [])
})

void t.test("another run's daemon that holds a run's output by right stays", async (test) => {
  const run = record(machine, service({ argv: ['/bin/sleep', '1000'] }))
  const argv = [...sh(`exec 1>/proc/${await run.pid()}/fd/1; exec "$0"`), DAEMON]
  const other = record(machine, service({ argv }))
  const pids = await daemon(run)
  await run.clear()
  test.same(living(pids), pids)
  await other.clear()
  test.same(living(pids), [])
  await run.end()
})

void t.test('what is stopped or forks in answer to the stop signal is gone too', async (test) => {
  const text = `trap '${DAEMON} & exit 0' TERM; sleep 1000 & echo up; kill -STOP $$; while :; do wait; done`
  const run = record(machine, service({ argv: sh(text) }))
  await run.says(/up/)
  run.process.signal('SIGTERM', 'process')
  run.process.signal('SIGCONT', 'process')
  const pids = await daemon(run)
  await run.clear()
  test.same(living(pids), [])
  await run.end()
})

void t.test('strangers and other runs stay', async (test) => {
  const stranger = spawn('setsid', ['sleep', '1000'], { stdio: 'ignore' })
  test.teardown(() => stranger.kill('SIGKILL'))
  const other = record(machine, service({ argv: [DAEMON] }))
  const others = [await other.pid(), ...(await daemon(other)), stranger.pid ?? 0]
  const run = record(machine, service({ argv: [DAEMON] }))
  await daemon(run)
  await run.clear()
  test.same(living(others), others)
  await other.clear()
  test.same(living(others), [stranger.pid])
})

void t.test('fifty runs are cleared at once', async (test) => {
  const runs = Array.from({ length: 50 }, () => record(machine, service({ argv: [DAEMON] })))
  const pids = (await Promise.all(runs.map(daemon))).flat()
  test.equal(living(pids).length, 100)
  await Promise.all(runs.map((run) => run.clear()))
  test.same(living(pids), [])
})

void t.test('a run that has ended whole is clear in the next turn', async (test) => {
  const run = record(machine, service({ argv: ['/bin/true'] }))
  await run.next('exited')
  let isCleared = false
  run.process.clear(() => (isCleared = true))
  test.equal(isCleared, false, 'not before clear has returned')
  await run.clear()
  test.equal(isCleared, true)
})

void t.test(
  "another user's daemon is found, with its mark in an environment that only it may read",
  { skip: UNLESS_ROOT },
  async (test) => {
    const run = record(machine, service({ argv: [...sh(LEAVE_DAEMON), DAEMON], user: NOBODY }))
    const pids = await daemon(run)
    await run.next('exited')
    await run.clear()
    test.same(living(pids), [])
  },
)

void t.test('without the right to trace, too, as in an ordinary container', { skip: UNLESS_ROOT }, async (test) => {
  const argv = [...sh(LEAVE_DAEMON), DAEMON]
  const chain = ['setpriv', `--bounding-set=-all,${DOCKER_CAPABILITIES}`, '--']
  const keys = JSON.stringify({ argv, user: NOBODY })
  const outcome = (await runFixture(chain, 'runs-service', [JSON.stringify(environment), keys])) as { stdout: string }
  const pids = outcome.stdout.match(/\d+/g)?.map(Number) ?? []
  test.equal(pids.length, 2)
  test.same(living(pids), [])
})

void t.test('while /proc cannot be read, nothing counts as clear', async (test) => {
  const chain = ['/bin/sh', '-c', 'ulimit -n 100; exec "$@"', 'sh']
  test.same(await runFixture(chain, 'clears-without-descriptors', []), { wasClearUnseen: false, alive: [] })
})

void t.test(
  'with the /proc of another PID namespace nobody is taken for somebody else, and the end of a run is seen',
  { skip: UNLESS_ROOT },
  async (test) => {
    const keys = JSON.stringify({ argv: sh('sleep 1000 & echo up; exit 3') })
    const outcome = await runFixture(['unshare', '--pid', '--fork'], 'runs-service', ['{}', keys])
    test.match(outcome, { exit: { kind: 'code', code: 3 }, stdout: 'up\n', pid: 1 })
  },
)
