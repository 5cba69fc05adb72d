import { Socket } from 'node:net'
import { SOON_MS } from './until.ts'

/** A line of a container's output; `at` is when it arrived, monotonic ms. */
export interface Line {
  readonly index: number
  readonly at: number
  readonly text: string
}

/** A line that was waited for. */
export interface Found extends Line {
  readonly match: RegExpExecArray
}

interface Wait {
  readonly pattern: RegExp
  readonly after: number
  readonly found: (line: Found) => void
  readonly failed: (error: Error) => void
}

/** Reads the end of a pipe, line by line; to be closed. */
export class Output {
  readonly lines: Line[] = []
  /** When all who can write have closed it. */
  readonly ended: Promise<void>
  readonly #socket: Socket
  readonly #waits = new Set<Wait>()
  #rest = ''
  #isOver = false

  constructor(fd: number) {
    this.#socket = new Socket({ fd, readable: true, writable: false })
    this.#socket.setEncoding('utf8')
    this.#socket.on('data', (chunk: string) => this.#take(chunk))
    this.ended = new Promise((resolve) => {
      this.#socket.on('error', () => {})
      this.#socket.on('close', () => {
        this.#end()
        resolve()
      })
    })
  }

  /** The first line that matches, among those that are there and those to come. */
  line(pattern: RegExp, { withinMs = SOON_MS, after = -1 }: Readonly<Waiting> = {}): Promise<Found> {
    const present = this.#find(pattern, after)
    if (present !== null) return Promise.resolve(present)
    return new Promise((resolve, reject) => {
      const wait: Wait = {
        pattern,
        after,
        found: (line) => {
          clearTimeout(timer)
          this.#waits.delete(wait)
          resolve(line)
        },
        failed: (error) => {
          clearTimeout(timer)
          this.#waits.delete(wait)
          reject(error)
        },
      }
      const timer = setTimeout(() => wait.failed(this.#missing(pattern, `within ${withinMs} ms`)), withinMs)
      if (this.#isOver) wait.failed(this.#missing(pattern, 'before the output ended'))
      else this.#waits.add(wait)
    })
  }

  /** Every line that matches, so far. */
  all(pattern: RegExp): readonly Found[] {
    return this.lines.flatMap((line) => matched(line, pattern) ?? [])
  }

  /** All that came so far. */
  text(): string {
    return [...this.lines.map(({ text }) => text), this.#rest].join('\n')
  }

  /** Keeps no line that came so far, nor their numbers: nobody may be waiting. */
  forget(): void {
    this.lines.splice(0)
  }

  /** Stops reading: the pipe fills up. */
  stall(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: string): void {
    const at = performance.now()
    const texts = (this.#rest + chunk).split('\n')
    this.#rest = texts.pop() ?? ''
    for (const text of texts) this.#add({ index: this.lines.length, at, text })
  }

  #add(line: Line): void {
    this.lines.push(line)
    for (const wait of this.#waits) {
      const found = line.index > wait.after ? matched(line, wait.pattern) : null
      if (found !== null) wait.found(found)
    }
  }

  #end(): void {
    this.#isOver = true
    for (const wait of this.#waits) wait.failed(this.#missing(wait.pattern, 'before the output ended'))
  }

  #find(pattern: RegExp, after: number): Found | null {
    for (const line of this.lines.slice(after + 1)) {
      const found = matched(line, pattern)
      if (found !== null) return found
    }
    return null
  }

  #missing(pattern: RegExp, when: string): Error {
    return new Error(`no line ${String(pattern)} ${when}; what came:\n${this.text().slice(-20_000)}`)
  }
}

/** Which line, and how long it may take. */
export interface Waiting {
  readonly withinMs?: number
  /** Only lines behind the one with this index. */
  readonly after?: number
}

function matched(line: Line, pattern: RegExp): Found | null {
  const match = pattern.exec(line.text)
  return match === null ? null : { ...line, match }
}
