import type { ServiceConfig } from '../../../src/core/config/model.ts'
import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { HookName, RunEvent, ServiceEvent, ServiceTimer } from '../../../src/core/service/event.ts'
import type { State } from '../../../src/core/service/state.ts'
import { begin, type Life, type WithoutRun } from './life.ts'

/** All that a machine has under way for one service; it does whatever it may, in any order. */
export class World {
  readonly #life: Life
  readonly #config: ServiceConfig
  readonly #timers = new Set<ServiceTimer>()
  #hook: HookName | null = null
  #isWatched = false
  #isChecking = false
  #isMeasuring = false
  #isAwaited = false
  #isSpawning = false
  #isAlive = false
  #isClearing = false
  #now = 0

  constructor(config: ServiceConfig) {
    this.#config = config
    this.#life = begin(config)
    this.#take(this.#life.on(0, { kind: 'begun' }))
    this.#compare()
  }

  /** Lets one of the things happen that may happen now. */
  go(choice: number): void {
    const events = [...this.#answers(), ...this.#requests()]
    const event = events[choice % events.length]
    this.#now += choice % 20_000
    if (event !== undefined) this.#take(event())
    this.#compare()
  }

  /** Each thing that is under way may come to its end. */
  *#answers(): Generator<() => readonly ServiceEffect[]> {
    for (const timer of this.#timers) {
      yield () => (this.#timers.delete(timer), this.#happen({ kind: 'timer-expired', timer }))
    }
    const hook = this.#hook
    if (hook !== null) {
      for (const why of [null, 'exited with 1']) {
        yield () => ((this.#hook = null), this.#happen({ kind: 'hook-ended', hook, why }))
      }
    }
    if (this.#isWatched) yield () => this.#happen({ kind: 'became-ready' })
    if (this.#isChecking) {
      for (const passed of [true, false, false, false]) {
        yield () => ((this.#isChecking = false), this.#happen({ kind: 'health-checked', passed, output: '' }))
      }
    }
    if (this.#isMeasuring) {
      for (const bytes of [null, 2_000]) {
        yield () => ((this.#isMeasuring = false), this.#happen({ kind: 'memory-measured', bytes }))
      }
    }
    if (this.#isAwaited) yield () => ((this.#isAwaited = false), this.#life.on(this.#now, { kind: 'schedule-due' }))
    if (this.#isSpawning) {
      yield () => ((this.#isSpawning = false), (this.#isAlive = true), this.#happen({ kind: 'spawned', pid: 300 }))
      yield () => ((this.#isSpawning = false), this.#happen({ kind: 'spawn-failed', message: 'no', status: 127 }))
    }
    if (this.#isAlive) yield* this.#ofProcess()
    if (this.#isClearing) yield () => ((this.#isClearing = false), this.#happen({ kind: 'cleared' }))
  }

  *#ofProcess(): Generator<() => readonly ServiceEffect[]> {
    for (const code of [0, 3]) {
      yield () => ((this.#isAlive = false), this.#happen({ kind: 'exited', exit: { kind: 'code', code } }))
    }
    const words = ['READY=1', 'STOPPING=1', 'WATCHDOG=1', 'WATCHDOG=trigger', 'WATCHDOG_USEC=0', 'WATCHDOG_USEC=9000']
    for (const message of [...words, 'EXTEND_TIMEOUT_USEC=90000000', 'READY=1\nSTOPPING=1\nWATCHDOG=trigger']) {
      yield () => this.#happen({ kind: 'notified', message })
    }
  }

  *#requests(): Generator<() => readonly ServiceEffect[]> {
    const kinds = ['start-requested', 'dependencies-met', 'stop-requested', 'kill-requested'] as const
    // It is started more often than stopped, so that walks get far.
    for (const kind of [...kinds, 'dependencies-met', 'start-requested'] as const) {
      const event: ServiceEvent = { kind }
      yield () => this.#life.on(this.#now, event)
    }
  }

  #happen(event: WithoutRun<RunEvent>): readonly ServiceEffect[] {
    return this.#life.onRun(this.#now, event)
  }

  #take(effects: readonly ServiceEffect[]): void {
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: ServiceEffect): void {
    switch (effect.kind) {
      case 'spawn':
        assert(!this.#isSpawning && !this.#isAlive && !this.#isClearing, 'never two runs at once')
        this.#isSpawning = true
        return
      case 'watch-readiness':
      case 'unwatch-readiness':
        this.#isWatched = effect.kind === 'watch-readiness'
        return
      case 'check-health':
        assert(!this.#isChecking, 'never two checks at once')
        this.#isChecking = true
        return
      case 'cancel-health-check':
        this.#isChecking = false
        return
      case 'run-hook':
        assert(this.#hook === null, 'never two hooks at once')
        this.#hook = effect.hook
        return
      case 'cancel-hook':
        this.#hook = null
        return
      case 'measure-memory':
        assert(!this.#isMeasuring, 'never two measurements at once')
        this.#isMeasuring = true
        return
      case 'await-schedule':
      case 'cancel-schedule':
        this.#isAwaited = effect.kind === 'await-schedule'
        return
      case 'clear':
        this.#isClearing = true
        return
      case 'start-timer':
        this.#timers.add(effect.timer)
        return
      case 'cancel-timer':
        this.#timers.delete(effect.timer)
        return
      case 'signal':
      case 'follow-main-process':
        return
    }
  }

  #compare(): void {
    const state = this.#life.state()
    // Nothing takes a measurement back: its answer is late, and about an earlier run.
    if (state.kind !== 'running') this.#isMeasuring = false
    const name = 'step' in state ? `${state.kind} ${state.step}` : state.kind
    const got = {
      timers: [...this.#timers].toSorted(),
      isWatched: this.#isWatched,
      isAwaited: this.#isAwaited,
    }
    const timers = [...timersOf(this.#config, state, this.#isChecking, this.#isMeasuring)].toSorted()
    const isAtRest = state.kind === 'completed' || state.kind === 'failed'
    const isScheduled = this.#config.schedule !== null
    const expected = {
      timers,
      isWatched: name === 'starting getting-ready' && this.#config.ready?.kind === 'notify-systemd',
      isAwaited: isScheduled && (isAtRest || (state.kind === 'waiting' && state.for === 'schedule')),
    }
    assert(JSON.stringify(got) === JSON.stringify(expected), `${name}: ${JSON.stringify({ got, expected })}`)
    assert(!this.#isChecking || state.kind === 'running', `a check in ${name}`)
    assert(this.#hook === hookOf(name) || (name === 'stopping grace' && this.#hook !== 'pre-stop'), `hook in ${name}`)
    assert(this.#isClearing === (name === 'stopping clearing'), `clearing in ${name}`)
  }
}

function hookOf(name: string): HookName | null {
  if (name === 'starting post-start') return 'post-start'
  return name === 'stopping pre-stop' ? 'pre-stop' : null
}

function* timersOf(
  config: ServiceConfig,
  state: State,
  isChecking: boolean,
  isMeasuring: boolean,
): Generator<ServiceTimer> {
  if (state.kind === 'backoff') yield 'restart-delay'
  if (state.kind === 'stopping' && state.step === 'grace') yield 'grace-period'
  if (state.kind === 'starting' && state.step !== 'spawning') {
    if (state.until !== null) yield 'start-timeout'
    if (state.step === 'getting-ready' && config.ready?.kind === 'delay') yield 'ready-delay'
  }
  if (state.kind !== 'running') return
  if (state.watchdogMs !== null) yield 'watchdog'
  if (config.healthcheck !== null && !isChecking) yield 'health-interval'
  if (config.maxMemoryBytes !== null && !isMeasuring) yield 'memory-interval'
}

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}
