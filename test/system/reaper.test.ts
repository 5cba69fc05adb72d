import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import t from 'tap'
import { startReaper } from '../../src/system/reaper.ts'
import { replaceLibc } from '../../src/system/libc/calls.ts'
import { AS_PID_1, runFixture, UNLESS_ROOT } from './fixture.ts'

interface Outcome {
  readonly codes: readonly (number | string)[]
  readonly stormExit: unknown
  readonly isStormOver: boolean
  readonly zombiesGoneAfterMs: number
  readonly pid: number
}

async function storm(chain: readonly string[]): Promise<Outcome> {
  return (await runFixture(chain, 'survives-orphan-storm', [])) as Outcome
}

for (const { as, chain, skip } of [
  { as: 'PID 1', chain: AS_PID_1, skip: UNLESS_ROOT },
  { as: 'a subreaper', chain: [], skip: false },
] as const) {
  void t.test(
    `as ${as}, 10,000 orphans are reaped and no exit code of 200 services is lost`,
    { skip },
    async (test) => {
      let outcome = await storm(chain)
      // The machine is not ours alone.
      for (let tries = 1; tries < 3 && outcome.zombiesGoneAfterMs >= 200; tries += 1) outcome = await storm(chain)
      test.same(
        outcome.codes,
        Array.from({ length: 200 }, (_, index) => index),
      )
      test.same(outcome.stormExit, { kind: 'code', code: 9 })
      test.equal(outcome.isStormOver, false, 'the services ended while the orphans did')
      test.ok(outcome.zombiesGoneAfterMs < 200, `zombies gone after ${outcome.zombiesGoneAfterMs} ms`)
      if (as === 'PID 1') test.equal(outcome.pid, 1)
    },
  )
}

void t.test('a child of Node that was started past us keeps its status', async (test) => {
  startReaper()
  // Dead before any event: the reaper, whose first turn is next, sees it before libuv does.
  const child = spawn('/bin/sh', ['-c', 'exit 3'])
  const deadline = Date.now() + 10_000
  while (!/\) Z /.test(readFileSync(`/proc/${child.pid}/stat`, 'utf8')))
    if (Date.now() > deadline) throw new Error('lives')
  const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(5000) })) as [number]
  test.equal(code, 3)
})

void t.test('a kernel that makes no reaper of us is told of, and that is all', async (test) => {
  const told: string[] = []
  replaceLibc((real) => {
    test.teardown(() => replaceLibc(() => real))
    return { calls: { ...real.calls, prctl: () => -1 }, errno: () => constants.errno.EPERM }
  })
  startReaper((message) => told.push(message))
  test.strictSame(told, [
    'cannot reap orphans: PR_SET_CHILD_SUBREAPER: EPERM; what leaves the session of its service may outlive it',
  ])
  const [code] = (await once(spawn('/bin/sh', ['-c', 'exit 4']), 'exit')) as [number]
  test.equal(code, 4)
})
