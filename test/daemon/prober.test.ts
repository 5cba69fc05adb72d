import { test } from 'tap'
import type { ServiceConfig } from '../../src/core/config/model.ts'
import type { Cancel, ProbeRequest, ProbeResult } from '../../src/core/machine.ts'
import { type Poll, startPolling } from '../../src/daemon/prober.ts'

const REFUSED: ProbeResult = { kind: 'failed', why: 'connect 127.0.0.1:80: ECONNREFUSED' }
const PASSED: ProbeResult = { kind: 'passed' }

/** A machine whose time is moved by hand, and the diary of all that was asked of it and told by the prober. */
class FakeMachine {
  readonly diary: string[] = []
  readonly requests: ProbeRequest[] = []
  #now = 0
  #timer: { readonly at: number; readonly expired: () => void } | null = null
  #answered: ((result: ProbeResult) => void) | null = null

  readonly clock = {
    now: (): number => this.#now,
    today: (): number => 0,
    startTimer: (afterMs: number, expired: () => void): Cancel => {
      if (this.#timer !== null) throw new Error('two timers at once')
      const timer = { at: this.#now + afterMs, expired }
      this.#timer = timer
      return () => {
        if (this.#timer !== timer) return
        this.#timer = null
        this.diary.push(`${this.#now} timer cancelled`)
      }
    },
  }

  readonly probe = (request: ProbeRequest, answered: (result: ProbeResult) => void): Cancel => {
    if (this.#answered !== null) throw new Error('two attempts at once')
    this.requests.push(request)
    this.#answered = answered
    this.diary.push(`${this.#now} asked`)
    return () => {
      this.diary.push(`${this.#now} attempt cancelled`)
    }
  }

  readonly listener = {
    onReady: (): void => {
      this.diary.push(`${this.#now} ready`)
    },
    onAttemptFailed: (why: string): void => {
      this.diary.push(`${this.#now} failed: ${why}`)
    },
  }

  answer(result: ProbeResult): void {
    const answered = this.#answered
    this.#answered = null
    if (answered === null) throw new Error('nothing was asked')
    answered(result)
  }

  /** Lets time pass, at most `ms`, to the moment when the timer expires. */
  pass(ms: number): void {
    const timer = this.#timer
    if (timer === null || timer.at > this.#now + ms) {
      this.#now += ms
      return
    }
    this.#now = timer.at
    this.#timer = null
    timer.expired()
  }

  get isIdle(): boolean {
    return this.#timer === null && this.#answered === null
  }
}

const service = { name: 'web' } as ServiceConfig
const probe = { kind: 'tcp', host: '127.0.0.1', port: 80 } as const

function pollEvery(intervalMs: number): Poll {
  return { ready: { kind: 'poll', probe, intervalMs, timeoutMs: 1000 }, service, runId: 'r1', spawnedAt: () => 5 }
}

void test('asks at once, and what is asked for', (t) => {
  const machine = new FakeMachine()
  startPolling(machine, pollEvery(250), machine.listener)
  t.same(machine.requests, [{ probe, service, runId: 'r1', spawnedAtEpochMs: 5, timeoutMs: 1000 }])
  machine.answer(PASSED)
  t.same(machine.diary, ['0 asked', '0 ready'])
  t.ok(machine.isIdle)
  t.end()
})

void test('asks again after 10, 20, 40 ms and so on up to the interval', (t) => {
  const machine = new FakeMachine()
  startPolling(machine, pollEvery(250), machine.listener)
  for (let attempt = 0; attempt < 8; attempt++) {
    machine.answer(REFUSED)
    machine.pass(10_000)
  }
  machine.answer(PASSED)
  const instants = machine.diary.filter((line) => line.endsWith('asked')).map((line) => Number.parseInt(line, 10))
  t.same(
    instants.map((at, index) => at - (instants[index - 1] ?? 0)),
    [0, 10, 20, 40, 80, 160, 250, 250, 250],
  )
  t.equal(machine.diary.at(-1), '1060 ready')
  t.equal(machine.diary.filter((line) => line.includes('ECONNREFUSED')).length, 8)
  t.end()
})

void test('an interval under 10 ms is kept', (t) => {
  const machine = new FakeMachine()
  startPolling(machine, pollEvery(3), machine.listener)
  machine.answer(REFUSED)
  machine.pass(100)
  machine.answer(REFUSED)
  machine.pass(100)
  t.same(
    machine.diary.filter((line) => line.endsWith('asked')),
    ['0 asked', '3 asked', '6 asked'],
  )
  t.end()
})

void test('a pause begins when the attempt before it has ended, however long that took', (t) => {
  const machine = new FakeMachine()
  startPolling(machine, pollEvery(250), machine.listener)
  machine.pass(900)
  machine.answer(REFUSED)
  machine.pass(9)
  t.same(machine.diary, ['0 asked', '900 failed: connect 127.0.0.1:80: ECONNREFUSED'])
  machine.pass(1)
  t.equal(machine.diary.at(-1), '910 asked')
  t.end()
})

void test('ended during an attempt, it takes the attempt back and tells nothing more', (t) => {
  const machine = new FakeMachine()
  const end = startPolling(machine, pollEvery(250), machine.listener)
  end()
  end()
  machine.answer(PASSED)
  t.same(machine.diary, ['0 asked', '0 attempt cancelled'])
  t.ok(machine.isIdle)
  t.end()
})

void test('ended during a pause, it takes the timer back', (t) => {
  const machine = new FakeMachine()
  const end = startPolling(machine, pollEvery(250), machine.listener)
  machine.answer(REFUSED)
  end()
  machine.pass(10_000)
  t.same(machine.diary, ['0 asked', '0 failed: connect 127.0.0.1:80: ECONNREFUSED', '0 timer cancelled'])
  t.ok(machine.isIdle)
  t.end()
})

void test('ended from within its own telling, it goes no further', (t) => {
  const machine = new FakeMachine()
  const ends: Cancel[] = []
  ends.push(
    startPolling(machine, pollEvery(250), {
      ...machine.listener,
      onAttemptFailed: () => ends.forEach((end) => end()),
    }),
  )
  machine.answer(REFUSED)
  t.ok(machine.isIdle)
  t.same(machine.diary, ['0 asked', '0 timer cancelled'])
  t.end()
})

void test('ended after it was ready, it does nothing', (t) => {
  const machine = new FakeMachine()
  const end = startPolling(machine, pollEvery(250), machine.listener)
  machine.answer(PASSED)
  end()
  t.same(machine.diary, ['0 asked', '0 ready'])
  t.end()
})
