import type {
  Machine,
  Output,
  ProbeRequest,
  ProbeResult,
  ProcessListener,
  SpawnRequest,
  Stream,
  Usage,
} from '../../src/core/machine.ts'

/** A process that the machine was asked for; what comes of it is told through its listener. */
export interface FakeProcess extends SpawnRequest {
  readonly listener: ProcessListener
  /** What `clear` was given; null until then. */
  cleared: (() => void) | null
}

/** A question that the machine was asked; `answer` is harmless once it was taken back. */
export interface FakeProbe extends ProbeRequest {
  readonly answer: (result: ProbeResult) => void
  /** Who waits for what it has started to be gone. */
  readonly dying: readonly (() => void)[]
}

interface Timer {
  readonly at: number
  readonly expired: () => void
}

/** When the machine's clock says 0, ms since 1970. */
const EPOCH: number = Date.UTC(2026, 0, 1)

/** A machine in memory: it notes what it is asked to do, in words and in order, and does what the test tells it. */
export class FakeMachine implements Machine {
  readonly calls: string[] = []
  readonly processes: FakeProcess[] = []
  readonly probes: FakeProbe[] = []
  /** Whether what a probe has started lives on until the test ends it. */
  probesDieSlowly = false
  /** What went to the output, on both streams. */
  readonly written: { readonly stream: Stream; readonly text: string }[] = []
  /** Which calls, in the words of `calls`, are answered with an exception. */
  breaks: RegExp | null = null
  paths: readonly string[] = []
  /** Pids that are of the run whose main process they are said to be. */
  family: readonly number[] = []
  /** How a schedule is answered. */
  times: Machine['nextTime'] = async () => null
  level: ReturnType<Output['level']> = 'open'
  #now = 0
  #epoch = EPOCH
  #usage: () => Promise<ReadonlyMap<number, Usage>> = async () => new Map()
  readonly #timers = new Set<Timer>()

  readonly clock: Machine['clock'] = {
    now: () => this.#now,
    today: () => this.#epoch + this.#now,
    startTimer: (afterMs, expired) => {
      this.#note(`timer ${afterMs}`)
      const timer = { at: this.#now + afterMs, expired }
      this.#timers.add(timer)
      return () => {
        if (this.#timers.delete(timer)) this.#note(`cancel timer ${afterMs}`)
      }
    },
  }

  readonly output: Output = {
    write: (stream, chunk) => void this.written.push({ stream, text: Buffer.from(chunk).toString() }),
    level: () => this.level,
    onOpen: () => undefined,
    flush: async () => undefined,
  }

  readonly openLogFile: Machine['openLogFile'] = () => this.output

  readonly random: Machine['random'] = () => 0.5

  readonly pathExists: Machine['pathExists'] = (path) => this.paths.includes(path)

  readonly spawn: Machine['spawn'] = (request, listener) => {
    const { name } = request.service
    this.#note(`spawn ${name}${request.stdio === 'foreground' ? ' in the foreground' : ''}`)
    const process: FakeProcess = { ...request, listener, cleared: null }
    this.processes.push(process)
    return {
      signal: (signal, scope) => this.#note(`${name} ${signal} ${scope}`),
      clear: (cleared) => {
        this.#note(`${name} clear`)
        process.cleared = cleared
      },
      pauseOutput: () => this.#note(`${name} pause`),
      followMain: (pid) => this.family.includes(pid),
      resumeOutput: () => this.#note(`${name} resume`),
    }
  }

  readonly probe: Machine['probe'] = (request, answered) => {
    const { name } = request.service
    this.#note(`probe ${name}`)
    let isWanted = true
    const answer = (result: ProbeResult): void => {
      const isTold = isWanted
      isWanted = false
      if (isTold) answered(result)
    }
    const dying: (() => void)[] = []
    this.probes.push({ ...request, answer, dying })
    return (gone = () => undefined) => {
      if (isWanted) this.#note(`cancel probe ${name}`)
      isWanted = false
      if (this.probesDieSlowly) dying.push(gone)
      else gone()
    }
  }

  readonly usage: Machine['usage'] = (pids) => {
    this.#note(`usage ${pids.join(' ')}`)
    return this.#usage()
  }

  readonly ownUsage: Machine['ownUsage'] = async () => ({ cpu: 0.5, memory: 1024 })

  readonly nextTime: Machine['nextTime'] = (schedule, after) => {
    this.#note(`next time after ${new Date(after).toISOString()}`)
    return this.times(schedule, after)
  }

  /** The container's own variables. */
  environment: Readonly<Record<string, string>> = {}

  readonly surroundings: Machine['surroundings'] = ({ environment, user, workingDir }) => ({
    environment: { ...this.environment, ...Object.fromEntries(environment) },
    workingDir: workingDir ?? '/here',
    uid: user?.uid ?? 0,
    gid: user?.gid ?? 0,
    groups: [user?.gid ?? 0],
    softFileLimit: '1024',
  })
  readonly processStart: Machine['processStart'] = () => ({ processAt: -60, nodeAt: -50 })

  readonly setReadyFile: Machine['setReadyFile'] = (presence) => this.#note(`ready file ${presence}`)

  /** What was asked since the last look. */
  news(): readonly string[] {
    return this.calls.splice(0)
  }

  /** Lets time go by; what expires on the way does so at its time. */
  pass(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#now = next.at
      this.#timers.delete(next)
      next.expired()
    }
    this.#now = end
  }

  /** Sets the wall clock; the other one goes on as it was. */
  setClock(byMs: number): void {
    this.#epoch += byMs
  }

  /** The last process of a service. */
  process(name: string): FakeProcess {
    const found = this.processes.findLast(({ service }) => service.name === name)
    if (found === undefined) throw new Error(`"${name}" was not spawned`)
    return found
  }

  /** The last process of a service is there. */
  spawned(name: string, pid: number = this.processes.length * 100): void {
    this.process(name).listener.spawned(pid)
  }

  /** The last process of a service writes. */
  says(name: string, text: string, stream: Stream = 'stdout'): void {
    this.process(name).listener.output(stream, new Uint8Array(Buffer.from(text)))
  }

  /** The last process of a service ends, and nothing of it is left. */
  ends(name: string, code = 0): void {
    const { listener } = this.process(name)
    listener.exited({ kind: 'code', code })
    listener.outputEnded()
    this.clears(name)
  }

  /** Nothing of the last process of a service is left. */
  clears(name: string): void {
    const { cleared } = this.process(name)
    if (cleared === null) throw new Error(`"${name}" is not to be cleared`)
    cleared()
  }

  /** What the next questions for usage are answered. */
  uses(usage: () => Promise<ReadonlyMap<number, Usage>>): void {
    this.#usage = usage
  }

  #note(call: string): void {
    this.calls.push(call)
    if (this.breaks?.test(call)) throw new Error(`internal error: ${call}`)
  }

  #next(end: number): Timer | null {
    const due = [...this.#timers].filter(({ at }) => at <= end)
    return due.toSorted((one, other) => one.at - other.at)[0] ?? null
  }
}
