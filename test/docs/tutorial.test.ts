import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { fencesOf, readPage, ROOT, type Fence } from './pages.ts'

/**
 * The tutorial, typed in from its first to its last block.
 *
 * `<!-- file: NAME -->` stands before a file to write. `console first` is the command of the first terminal and what it
 * prints until somebody does something, `console more` what it prints after that, `console ctrl-c` what Ctrl-C makes it
 * print to its end, `console second` commands of the second terminal, each with all its output.
 */
const BLOCKS = fencesOf(readPage('docs/tutorial.md').text)

/** Long enough for a machine that is busy with other things. */
const DEADLINE_MS = 30_000

void t.test('the tutorial works as it says', { timeout: 120_000 }, async (test) => {
  const ports = new Map([
    ['7000', await freePort()],
    ['8000', await freePort()],
  ])
  const folder = mkdtempSync(join(tmpdir(), 'pidone-tutorial-'))
  const desk: Desk = { folder: join(folder, 'stack'), runtime: folder, terminal: null, heard: '', told: [] }
  test.teardown(() => {
    desk.terminal?.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  await run(desk, 'mkdir stack', folder)
  for (const block of BLOCKS) {
    const text = [...ports].reduce((before, [port, free]) => before.replaceAll(port, free), block.text)
    const at = `docs/tutorial.md:${block.line}`
    for (const { expected, found } of await play(desk, { ...block, text })) test.equal(found, expected, at)
  }
})

interface Desk {
  readonly folder: string
  readonly runtime: string
  terminal: ChildProcess | null
  /** What the first terminal has printed. */
  heard: string
  /** The lines that it has been expected to print. */
  told: readonly string[]
}

interface Comparison {
  readonly expected: string
  readonly found: string
}

async function play(desk: Desk, { language, words, text, before }: Fence): Promise<readonly Comparison[]> {
  const name = /^<!-- file: (\S+) -->$/.exec(before)?.[1]
  if (name !== undefined) writeFileSync(join(desk.folder, name), text)
  if (language !== 'console') return []
  const kind = words.join(' ')
  switch (kind) {
    case 'first':
      return [await open(desk, text)]
    case 'more':
      return [await hear(desk, text)]
    case 'ctrl-c':
      desk.terminal?.kill('SIGINT')
      return [await hear(desk, text)]
    case 'second':
      return type(desk, text)
    default:
      throw new Error(`nobody knows how to play a "console ${kind}"`)
  }
}

/** Starts the command of the first terminal. */
function open(desk: Desk, text: string): Promise<Comparison> {
  const [command = '', ...lines] = text.split('\n')
  desk.heard = ''
  desk.told = []
  desk.terminal = spawn('sh', ['-c', `exec ${command.replace('$ ', '')}`], {
    cwd: desk.folder,
    env: environmentOf(desk),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  desk.terminal.stdout?.setEncoding('utf8').on('data', (chunk: string) => (desk.heard += chunk))
  return hear(desk, lines.join('\n'))
}

/** Waits until the first terminal has printed as many lines as expected, or has ended. */
async function hear(desk: Desk, text: string): Promise<Comparison> {
  desk.told = [...desk.told, ...text.trimEnd().split('\n')]
  const { terminal, told } = desk
  const enough = (): boolean => desk.heard.split('\n').length > told.length
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (enough()) resolve()
    }
    terminal?.stdout?.on('data', look).once('end', resolve)
    deadline.addEventListener('abort', () => resolve())
    look()
  })
  return { expected: byWriter(told), found: byWriter(desk.heard.trimEnd().split('\n')) }
}

/** Types each command of the second terminal. */
async function type(desk: Desk, text: string): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = []
  for (const part of text.split(/^\$ /m).slice(1)) {
    const [command = '', ...lines] = part.split('\n')
    const found = await run(desk, command, desk.folder)
    comparisons.push({ expected: `${command}\n${normal(lines.join('\n'))}`, found: `${command}\n${normal(found)}` })
  }
  return comparisons
}

function run(desk: Desk, command: string, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: environmentOf(desk), timeout: DEADLINE_MS }
    execFile('sh', ['-c', command], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr)
      else reject(new Error(`${command}: ${error.message}\n${stdout}`, { cause: error }))
    })
  })
}

function environmentOf({ runtime }: Desk): NodeJS.ProcessEnv {
  const path = [join(ROOT, 'bin'), process.env['PATH']].join(delimiter)
  // Not ours: the test runner's loaders in NODE_OPTIONS, and the place of a supervisor that may run here.
  const { NODE_OPTIONS: _options, PIDONE_RUNTIME_DIR: _dir, ...environment } = process.env
  return { ...environment, PATH: path, XDG_RUNTIME_DIR: runtime }
}

/** Two writers' lines have no order to each other: each one's lines together, in their order. */
function byWriter(lines: readonly string[]): string {
  const writers = [...new Set(lines.map(writerOf))].toSorted()
  return normal(writers.flatMap((name) => lines.filter((line) => writerOf(line) === name)).join('\n'))
}

function writerOf(line: string): string {
  return line.split('|')[0] ?? ''
}

/** What differs from run to run and from machine to machine is replaced, and the columns that it moves. */
function normal(text: string): string {
  return text
    .replaceAll(/\b\d+(?:\.\d+)? ?(?:ms|s|m|MiB|KiB|%)(?![\w/])/g, 'N')
    .replaceAll(/(?:next try in N|restarting at once)/g, 'restarting')
    .replaceAll(/(?<= )\d{2,}(?= )/g, 'N')
    .replaceAll(/(?<=\S) +/g, ' ')
    .trimEnd()
}

/** A port that nobody had a moment ago. */
function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(String(typeof address === 'object' ? address?.port : address)))
    })
  })
}
