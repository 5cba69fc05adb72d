import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { startReaper } from '../../src/system/reaper.ts'
import { AS_PID_1, runFixture, UNLESS_ROOT } from './fixture.ts'

interface Outcome {
  readonly codes: readonly (number | string)[]
  readonly stormExit: unknown
  readonly isStormOver: boolean
  readonly zombiesGoneAfterMs: number
  readonly pid: number
}

for (const { as, chain, skip } of [
  { as: 'PID 1', chain: AS_PID_1, skip: UNLESS_ROOT },
  { as: 'a subreaper', chain: [], skip: false },
] as const) {
  void t.test(
    `as ${as}, 10,000 orphans are reaped and no exit code of 200 services is lost`,
    { skip },
    async (test) => {
      const outcome = (await runFixture(chain, 'survives-orphan-storm', [])) as Outcome
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
