import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Asker } from '../../src/core/control/access.ts'
import type { RawRequest, Reply } from '../../src/core/control/exchange.ts'
import { parseRequest } from '../../src/core/control/route.ts'
import type { ControlRequest, LogLine } from '../../src/core/protocol.ts'
import { claimControl } from '../../src/system/control-claim.ts'
import { serveControl } from '../../src/system/control-socket.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'
import { ROOT } from '../pid1/support/requirements.ts'

/** The program, before it is bundled. */
const MAIN: string = fileURLToPath(new URL('../../src/main.js', import.meta.url))
/** The program, as it is shipped: modules of Node that nobody has loaded by then use no stream. */
const SHIPPED = join(ROOT, 'bin/launch.cjs')

/** What came of a program. */
export interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** How a supervisor of a test answers. */
export type Answer = (request: ControlRequest) => Reply

/** What a test has to have for things to be closed at its end. */
interface Closing {
  readonly teardown: (close: () => unknown) => void
}

/** One document as the answer. */
export function json(body: object, status = 200): Reply {
  return { kind: 'json', status, body }
}

/** Documents that follow each other, and an end. */
export function streaming(lines: readonly object[]): Answer {
  return () => ({
    kind: 'stream',
    start: (sink) => {
      for (const one of lines) sink.write(one)
      sink.end()
      return () => {}
    },
  })
}

/** A line that a service wrote. */
export function line(at: number, service: string, text: string): LogLine {
  return { at, service, run: 1, stream: 'stdout', text }
}

/** A supervisor that answers as it is told, and remembers what was asked of it. */
export async function fake(
  test: Closing,
  answer: Answer,
): Promise<{ readonly folder: string; readonly asked: unknown[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'commands-'))
  const claim = await claimControl(folder)
  if ('refusal' in claim) throw new Error(claim.refusal)
  const asked: unknown[] = []
  const handle = (raw: RawRequest, asker: Asker): Reply => {
    const request = parseRequest(raw, asker)
    if (!('kind' in request)) return json(request, request.status)
    asked.push(request)
    return answer(request)
  }
  const end = serveControl({ claim, admit: () => ROOT_ASKS, handle, failed: (message) => asked.push(message) })
  test.teardown(() => end(0))
  test.teardown(claim.release)
  return { folder, asked }
}

/** Starts a command that finds its supervisor in a folder. */
export function start(folder: string, argv: readonly string[]): ReturnType<typeof spawn> {
  return startProgram(folder, [process.execPath, MAIN, ...argv])
}

/** Runs a command to its end. */
export function run(folder: string, ...argv: readonly string[]): Promise<Ended> {
  return ended(start(folder, argv))
}

/** Runs a shell script, to which the program is `supervisor`, to its end. */
export function runShell(folder: string, script: string): Promise<Ended> {
  // The test runner puts something into every Node, by NODE_OPTIONS, that uses Node's streams.
  const define = `supervisor() { NODE_OPTIONS= "${process.execPath}" "${SHIPPED}" "$@"; }`
  return ended(startProgram(folder, ['/bin/sh', '-c', `${define}\n${script}`]))
}

function startProgram(folder: string, [program = '', ...args]: readonly string[]): ReturnType<typeof spawn> {
  return spawn(program, args, {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], PIDONE_RUNTIME_DIR: folder },
  })
}

async function ended(child: ReturnType<typeof spawn>): Promise<Ended> {
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (err += chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, out, err }
}
