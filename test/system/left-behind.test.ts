import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hasLeftNothing } from '../../src/system/left-behind.ts'
import { readProcess } from '../../src/system/process-table.ts'
import { makeProcesses } from './processes.ts'
import { startReaper } from '../../src/system/reaper.ts'
import type { Run } from '../../src/system/run-members.ts'
import { script } from './fixture.ts'
import { record, service, type Recorded } from './recorder.ts'

const runtimeDir = mkdtempSync(join(tmpdir(), 'pidone-'))
t.teardown(() => rmSync(runtimeDir, { recursive: true }))
const environment = { PATH: process.env['PATH'] ?? '' }
const machine = makeProcesses({ environment, notifyDir: runtimeDir, reaper: startReaper() })

/** Says that it is there, and stays. */
const WAITS = 'echo up; exec sleep 1000'

function sh(text: string): Recorded {
  return record(machine, service({ argv: ['/bin/sh', '-c', text, script('double-forks-and-ignores-sigterm')] }))
}

/** What is known of a run that has begun. */
async function known(recorded: Recorded): Promise<Run> {
  await recorded.says(/\n/)
  const pid = await recorded.pid()
  const entry = readProcess(pid)
  if (typeof entry === 'string') throw new Error(`${pid} is ${entry}`)
  return {
    pid,
    startTime: entry.startTime,
    runId: 'r',
    session: 'own',
    known: new Map(),
    openPipes: () => [],
    leaf: null,
  }
}

async function end(recorded: Recorded): Promise<void> {
  recorded.process.signal('SIGKILL', 'process')
  await recorded.next('exited')
}

void t.test('nothing is left of a process that has ended alone, and something as long as it has not', async (test) => {
  const recorded = sh(WAITS)
  const run = await known(recorded)
  test.equal(hasLeftNothing(run), false)
  await end(recorded)
  test.equal(hasLeftNothing(run), true)
})

void t.test('what is left in its group is noticed', async (test) => {
  const recorded = sh(`sleep 1000 & ${WAITS}`)
  const run = await known(recorded)
  await end(recorded)
  test.equal(hasLeftNothing(run), false)
  await recorded.clear()
  test.equal(hasLeftNothing(run), true)
})

void t.test('a daemon without a parent, a group and a mark of the run is noticed', async (test) => {
  const recorded = sh('exec "$0" env -i')
  const run = await known(recorded)
  await end(recorded)
  test.equal(hasLeftNothing(run), false)
  await recorded.clear()
  test.equal(hasLeftNothing(run), true)
})

void t.test('other runs, and what those have left before this one, do not matter', async (test) => {
  const other = sh(WAITS)
  await other.says(/up/)
  const leaves = sh('exec "$0"')
  const [, daemon] = await leaves.says(/daemon (\d+)/)
  await end(leaves)
  test.not(readProcess(Number(daemon)), 'gone')
  const start = readProcess(Number(daemon))
  // Start times are told in ticks of 10 ms.
  const recorded = await startedAfter(typeof start === 'string' ? 0 : start.startTime + 1)
  const run = await known(recorded)
  await end(recorded)
  test.equal(hasLeftNothing(run), true)
  await leaves.clear()
  await end(other)
})

/** A run whose first process is younger than a start time. */
async function startedAfter(startTime: number): Promise<Recorded> {
  const recorded = sh(WAITS)
  const { startTime: own } = await known(recorded)
  if (own !== null && own > startTime) return recorded
  await end(recorded)
  return startedAfter(startTime)
}
