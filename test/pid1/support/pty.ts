import { closeSync, constants, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ReadStream } from 'node:tty'
import { SOON_MS } from './until.ts'

/** How large a terminal is. */
export interface Size {
  readonly rows: number
  readonly columns: number
}

/** ioctl_tty(2). */
const TIOCSWINSZ = 0x5414

/** A pseudo terminal with a person in front of it, who types and looks; to be hung up. */
export class Pty {
  /** Of the program's side, such as `/dev/pts/3`. */
  readonly path: string
  /** The program's side, for its standard descriptors; nobody's controlling terminal by being opened here. */
  readonly slave: number
  readonly #master: number
  readonly #stream: ReadStream
  readonly #looking = new Set<() => void>()
  #screen = ''
  #seenUpTo = 0
  #isOver = false
  #holds = true

  constructor(size: Size = { rows: 24, columns: 80 }) {
    this.#master = must('posix_openpt', calls().posix_openpt(constants.O_RDWR | constants.O_NOCTTY | O_CLOEXEC))
    must('grantpt', calls().grantpt(this.#master))
    must('unlockpt', calls().unlockpt(this.#master))
    const name = Buffer.alloc(64)
    must('ptsname_r', -Math.abs(calls().ptsname_r(this.#master, name, name.length)))
    this.path = name.toString('utf8', 0, name.indexOf(0))
    this.resize(size)
    this.slave = openSync(this.path, constants.O_RDWR | constants.O_NOCTTY)
    this.#stream = new ReadStream(this.#master)
    this.#stream.setEncoding('utf8')
    this.#stream.on('data', (chunk) => this.#take(String(chunk)))
    // EIO: nobody has the other side open any more (pty(7) leaves it out; Linux tells it so).
    this.#stream.on('error', () => this.#end())
    this.#stream.on('close', () => this.#end())
  }

  /** All that was on the screen so far, as it came. */
  get screen(): string {
    return this.#screen
  }

  /** Types; `\x03` is Ctrl-C, `\r` the key Enter. */
  type(text: string): void {
    this.#stream.write(text)
  }

  /**
   * Waits for something to be seen, behind what was waited for before.
   *
   * @throws When it does not come, with what came instead.
   */
  async see(pattern: RegExp, withinMs: number = SOON_MS): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | null => {
      const match = pattern.exec(this.#screen.slice(this.#seenUpTo))
      if (match !== null) this.#seenUpTo += match.index + match[0].length
      return match
    }
    const found = look() ?? (await this.#nextLook(look, withinMs))
    if (found !== null) return found
    const before = JSON.stringify(this.#screen.slice(0, this.#seenUpTo))
    const shown = JSON.stringify(this.#screen.slice(this.#seenUpTo))
    throw new Error(`not seen within ${withinMs} ms: ${String(pattern)}; what came: ${shown}, behind ${before}`)
  }

  /** Changes the size; the kernel tells the foreground process group. */
  resize({ rows, columns }: Size): void {
    const size = Buffer.from(new Uint16Array([rows, columns, 0, 0]).buffer)
    must('ioctl', calls().ioctl(this.#master, TIOCSWINSZ, size))
  }

  /** Closes the program's side as far as it is held here: the terminal ends with the last program on it. */
  letGo(): void {
    if (this.#holds) closeSync(this.slave)
    this.#holds = false
  }

  /** Takes the terminal away from whoever is still on it. */
  hangUp(): void {
    this.letGo()
    this.#stream.destroy()
  }

  #take(text: string): void {
    this.#screen += text
    for (const look of this.#looking) look()
  }

  #end(): void {
    this.#isOver = true
    for (const look of this.#looking) look()
  }

  async #nextLook<T>(look: () => T | null, withinMs: number): Promise<T | null> {
    return new Promise((resolve) => {
      const done = (found: T | null): void => {
        clearTimeout(timer)
        this.#looking.delete(again)
        resolve(found)
      }
      const again = (): void => {
        const found = look()
        if (found !== null || this.#isOver) done(found)
      }
      const timer = setTimeout(done, withinMs, null)
      this.#looking.add(again)
      if (this.#isOver) done(null)
    })
  }
}

/** open(2), Linux on 64-bit. */
const O_CLOEXEC = 0o2000000

/** What of libc makes a terminal. */
interface Calls {
  readonly posix_openpt: (flags: number) => number
  readonly grantpt: (fd: number) => number
  readonly unlockpt: (fd: number) => number
  readonly ptsname_r: (fd: number, name: Buffer, length: number) => number
  readonly ioctl: (fd: number, request: number, argument: Buffer) => number
}

interface Koffi {
  readonly load: (path: null) => { readonly func: (definition: string) => unknown }
}

let loaded: Calls | undefined

function calls(): Calls {
  if (loaded !== undefined) return loaded
  const library = (createRequire(import.meta.url)('koffi') as Koffi).load(null)
  loaded = {
    posix_openpt: library.func('int posix_openpt(int flags)'),
    grantpt: library.func('int grantpt(int fd)'),
    unlockpt: library.func('int unlockpt(int fd)'),
    ptsname_r: library.func('int ptsname_r(int fd, void *name, unsigned long length)'),
    // Variadic in C; on Linux's ABIs the third argument goes where a fixed one does.
    ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
  } as Calls
  return loaded
}

function must(call: string, result: number): number {
  if (result < 0) throw new Error(`cannot make a terminal: ${call} failed`)
  return result
}
