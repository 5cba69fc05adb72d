import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import xterm from '@xterm/headless'
import type { Scope } from './container.ts'
import { Pty, type Size } from './pty.ts'
import { SOON_MS, until } from './until.ts'

/** What is started in front of somebody, and where. */
export interface OnScreen {
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly size: Size
  readonly folder: string
}

/** A program on a terminal of its own, with what that shows. */
export class ClientTerminal {
  readonly pty: Pty
  readonly child: ChildProcess
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  readonly emulator: InstanceType<typeof xterm.Terminal>
  #shownUpTo = 0

  constructor(scope: Scope, { words, environment, size, folder }: OnScreen) {
    this.pty = new Pty(size)
    this.emulator = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true })
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
    const { slave } = this.pty
    // As a shell starts it: in front of the terminal that controls its session, so that the kernel tells it of a new size.
    const session = ['--ctty', 'env', '-i', ...variables, ...words]
    this.child = spawn('setsid', session, { cwd: folder, stdio: [slave, slave, slave] })
    this.ended = once(this.child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
    scope.teardown(() => {
      this.child.kill('SIGKILL')
      this.pty.hangUp()
    })
  }

  /** The lines that are seen now, without the blanks behind them. */
  async lines(): Promise<readonly string[]> {
    const text = this.pty.screen.slice(this.#shownUpTo)
    this.#shownUpTo += text.length
    await new Promise<void>((done) => this.emulator.write(text, done))
    const { active } = this.emulator.buffer
    return Array.from(
      { length: this.emulator.rows },
      (_, row) =>
        active
          .getLine(active.viewportY + row)
          ?.translateToString(false, 0, this.emulator.cols)
          .trimEnd() ?? '',
    )
  }

  /** Waits until the lines, with a newline between them, are as expected. */
  see(pattern: RegExp, withinMs: number = SOON_MS): Promise<string> {
    return until(
      `${String(pattern)} on the screen`,
      async () => {
        const text = (await this.lines()).join('\n')
        return pattern.test(text) && text
      },
      withinMs,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}; there is:\n${(await this.lines()).join('\n')}`)
    })
  }

  resize(size: Size): void {
    this.emulator.resize(size.columns, size.rows)
    this.pty.resize(size)
  }

  /** Whether the other screen is shown, the cursor, and whether what is too long for a line goes on in the next. */
  async look(): Promise<{ readonly screen: string; readonly cursor: boolean; readonly wraps: boolean }> {
    await this.lines()
    const { buffer, modes } = this.emulator
    const cursor = this.pty.screen.lastIndexOf('\u001B[?25l') <= this.pty.screen.lastIndexOf('\u001B[?25h')
    return { screen: buffer.active.type, cursor, wraps: modes.wraparoundMode }
  }
}
