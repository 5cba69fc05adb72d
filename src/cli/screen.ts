import { isatty } from 'node:tty'
import { keysIn } from './keys.ts'
import { GIVE_SCREEN_BACK, repaint, TAKE_SCREEN, type Size } from './render/frame.ts'
import { writeWhole } from './write-whole.ts'

/** Who is told what happens to a screen. */
export interface ScreenListener {
  /** A key was pressed that is a character, other than Ctrl-C and Ctrl-Z. */
  readonly pressed: (key: string) => void
  /** Ctrl-C, or the end of the terminal; may come again. */
  readonly quit: () => void
  /** The size is another one, or what is to be seen is not there any more. */
  readonly resized: () => void
}

/** How long a stop may take. A group that nobody could make go on is not stopped at all (signal(7), setpgid(2)). */
const STOP_MS = 50

/** What would end the process without a word, and leave the terminal as it is. */
const FATAL = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const

/**
 * The whole of the terminal that stdout is, and its keys when stdin is one too; to be closed. It closes itself when the
 * process ends, by a signal too, and steps aside for Ctrl-Z.
 */
export class Screen {
  /** Whether there are keys that somebody could press. */
  readonly hasKeys: boolean = isatty(0)
  readonly #listener: ScreenListener
  #isOpen = false
  #shown: readonly string[] | null = null

  constructor(listener: ScreenListener) {
    this.#listener = listener
    const close = (): void => this.close()
    process.once('exit', close).once('uncaughtExceptionMonitor', close)
    for (const signal of FATAL) {
      process.once(signal, () => {
        this.close()
        // Nobody listens to it any more.
        process.kill(process.pid, signal)
      })
    }
    // Whoever had the terminal in between may have left it in any mode.
    process.on('SIGCONT', () => this.#openAgain())
    process.stdout.on('error', listener.quit).on('resize', () => {
      this.#shown = null
      listener.resized()
    })
    if (this.hasKeys) this.#readKeys()
    this.#open()
  }

  get size(): Size {
    return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }
  }

  /** Shows these lines, and nothing else. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return
    this.#write(repaint(this.#shown, lines, this.size))
    this.#shown = lines
  }

  /** Leaves the terminal as it was found. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    writeWhole(1, GIVE_SCREEN_BACK)
    if (this.hasKeys) process.stdin.setRawMode(false)
  }

  #open(): void {
    this.#isOpen = true
    this.#shown = null
    if (this.hasKeys) process.stdin.setRawMode(true)
    this.#write(TAKE_SCREEN)
  }

  #openAgain(): void {
    this.close()
    this.#open()
    this.#listener.resized()
  }

  #write(text: string): void {
    if (text !== '' && writeWhole(1, text) !== null) this.#listener.quit()
  }

  #readKeys(): void {
    const { quit, pressed } = this.#listener
    const take = (key: string): void => {
      if (key === '\u0003') quit()
      else if (key === '\u001A') this.#stepAside()
      else pressed(key)
    }
    // A mode that cannot be set is an error of the stream, too: the terminal is gone.
    process.stdin.on('error', quit).once('end', quit)
    process.stdin.setEncoding('utf8').on('data', (typed) => keysIn(String(typed)).forEach(take))
  }

  /** In raw mode Ctrl-Z is but a character: what the terminal would have done is done here. */
  #stepAside(): void {
    this.close()
    process.kill(0, 'SIGTSTP')
    setTimeout(() => {
      if (!this.#isOpen) this.#openAgain()
    }, STOP_MS)
  }
}
