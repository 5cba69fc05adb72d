import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceStatus, StatusReply } from '../../../src/core/protocol.ts'
import { keepInheritedDescriptors } from '../../../src/system/libc/inherited.ts'
import { askSocket, type ControlReply } from './control.ts'
import { Output, type Found, type Waiting } from './output.ts'
import {
  childrenOf,
  namespaceOf,
  processesIn,
  readProcess,
  type Seen,
  signalIfThere,
  signalProcess,
} from './processes.ts'
import { ROOT } from './requirements.ts'
import { SOON_MS, until } from './until.ts'

/** What is started, and how. */
export interface ContainerOptions {
  /** What stands in services.yaml; without it there is no such file. */
  readonly file?: string
  /** The words to run; `bin/init` by default. */
  readonly program?: readonly string[]
  /** Further words: CMD. */
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Where it runs; its own folder by default. */
  readonly workingDir?: string
  /** The folder of an earlier container, to start it again. */
  readonly folder?: string
  /**
   * Who is PID 1: the program, or a parent like those that `docker --init` has, which stays when the program has ended:
   * what that one left alive can be seen then.
   */
  readonly pid1?: 'program' | 'parent'
  /** What starts the program within, as `tini` does; it stays until the program has ended, and ends with its status. */
  readonly below?: readonly string[]
  /** Whose PID namespace it shares, each with its own mounts, as the containers of a pod may. */
  readonly beside?: Container
  /** What the standard input is; nothing by default. */
  readonly input?: number
  /** Where stderr goes; to the same pipe as stdout by default. */
  readonly errors?: number
}

/** What has an end, such as a test, at which all is ended and removed that was made for it. */
export interface Scope {
  readonly teardown: (end: () => unknown) => void
}

/** A command that has run to its end. */
export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program as a child, tells its status, and stays. Its own children are the program, then `sleep`. */
const PARENT = 'set +m; "$@"; echo "parent | status $?"; exec sleep 1000'
const PARENT_SAYS = /^parent \| status (\d+)$/

/** What is started beside the services by a program that is not PID 1. */
export const GUARD = 'pidone-guard'
export const INIT: string = join(ROOT, 'bin', 'init')
export const SUPERVISOR: string = join(ROOT, 'bin', 'supervisor')

// What the tests themselves were started with should not be seen in what they start.
keepInheritedDescriptors()

/** Starts a container in a folder of its own; the end of the test ends all of it. */
export async function startContainer(scope: Scope, options: ContainerOptions = {}): Promise<Container> {
  const folder = options.folder ?? makeFolder(scope)
  if (options.file !== undefined) writeFileSync(join(folder, 'services.yaml'), options.file)
  const container = new Container(folder, options)
  scope.teardown(() => container.kill())
  await container.findProgram()
  return container
}

/** An empty folder that every user can enter, until the end of the test. */
export function makeFolder(scope: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'pid1-'))
  chmodSync(folder, 0o755)
  scope.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A PID namespace with the program in it; to be killed. */
export class Container {
  readonly folder: string
  readonly runtimeDir: string
  readonly output: Output
  /** The exit status of the program; 128+n when a signal ended it. */
  readonly ended: Promise<number>
  readonly #child: ChildProcess
  readonly #options: ContainerOptions
  #program: Seen | null = null
  #namespace = ''

  constructor(folder: string, options: ContainerOptions) {
    this.folder = folder
    this.#options = options
    this.runtimeDir = options.environment?.['PIDONE_RUNTIME_DIR'] ?? join(folder, 'run')
    const pipe = openPipe(folder)
    this.output = new Output(pipe.read)
    this.#child = spawn('/usr/bin/env', this.#words(), {
      cwd: options.workingDir ?? folder,
      stdio: [options.input ?? 'ignore', pipe.write, options.errors ?? pipe.write],
    })
    closeSync(pipe.write)
    this.ended = this.#watchEnd()
    // It is looked at by those who want to know.
    this.ended.catch(() => {})
  }

  /** The pid of the program, seen from outside. */
  get pid(): number {
    if (this.#program === null) throw new Error('the program is not there yet')
    return this.#program.pid
  }

  /** Its PID 1, seen from outside: the program, or its parent. */
  get pid1(): number {
    return childrenOf(this.#child.pid ?? 0)[0] ?? -1
  }

  /** The environment that the program gets. */
  environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: '/root',
      PIDONE_RUNTIME_DIR: this.runtimeDir,
      ...this.#options.environment,
    }
  }

  /** Waits for the program's process. */
  async findProgram(): Promise<void> {
    const depth = 1 + (this.#options.pid1 === 'parent' ? 1 : 0) + (this.#options.below === undefined ? 0 : 1)
    this.#program = await until('the program', () => {
      let pid: number | undefined = this.#child.pid
      for (let level = 0; level < depth && pid !== undefined; level += 1) pid = childrenOf(pid)[0]
      return pid === undefined ? this.#hasEnded() && NOBODY : readProcess(pid)
    })
    this.#namespace = namespaceOf(this.pid1) ?? ''
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.output.all(PARENT_SAYS).length > 0
  }

  /** Waits for a line of the output. */
  line(pattern: RegExp, waiting?: Waiting): Promise<Found> {
    return this.output.line(pattern, waiting)
  }

  /** Sends a signal to the program. */
  signal(name: NodeJS.Signals): void {
    signalProcess(this.pid, name)
  }

  /** Sends a signal to the program, which may have ended since it was looked at. */
  signalIfThere(name: NodeJS.Signals): void {
    signalIfThere(this.pid, name)
  }

  /** All that is alive in it, and zombies, without the parent. */
  processes(): readonly Seen[] {
    const isParent = ({ inside }: Seen): boolean => this.#options.pid1 === 'parent' && inside === 1
    return processesIn(this.#namespace).filter((seen) => !isParent(seen))
  }

  /** The names of all that is alive in it but the program and its guard, sorted. */
  names(): readonly string[] {
    const others = this.processes().filter(({ pid, name }) => pid !== this.pid && name !== GUARD)
    return others.map(({ name }) => name).toSorted()
  }

  /** What a service's process is outside, by its pid inside. */
  processOf(inside: number): Seen | null {
    return this.processes().find((seen) => seen.inside === inside) ?? null
  }

  /** Asks on the control socket, which is there soon after the first service. */
  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<ControlReply> {
    return askSocket(await this.#controlSocket(), method, path, body)
  }

  async status(): Promise<StatusReply> {
    const { body } = await this.ask('GET', '/v1/status')
    return JSON.parse(body) as StatusReply
  }

  /** The status of one service. */
  async service(name: string): Promise<ServiceStatus> {
    const found = (await this.status()).services.find((service) => service.name === name)
    if (found === undefined) throw new Error(`no service "${name}"`)
    return found
  }

  /** Waits until a service's status is as expected. */
  serviceThat(
    name: string,
    is: (status: ServiceStatus) => boolean,
    withinMs: number = SOON_MS,
  ): Promise<ServiceStatus> {
    return until(`"${name}" as expected`, async () => nullUnless(await this.service(name), is), withinMs)
  }

  /** Runs a client command of `supervisor`, as anybody in the container can, once there is somebody to answer. */
  async supervisor(...words: readonly string[]): Promise<Ran> {
    const environment = this.environment()
    if (environment['PIDONE_RUNTIME_DIR'] !== '') await this.#controlSocket()
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
    return new Promise((resolve) => {
      const args = ['-i', ...variables, SUPERVISOR, ...words]
      execFile('/usr/bin/env', args, { cwd: this.folder, timeout: 60_000 }, (error, stdout, stderr) => {
        const status = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
        resolve({ status, stdout, stderr })
      })
    })
  }

  /** The exit status and all of the output. */
  async end(withinMs: number = SOON_MS): Promise<{ readonly status: number; readonly text: string }> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`it has not ended within ${withinMs} ms:\n${this.output.text()}`)),
        withinMs,
      )
    })
    try {
      const status = await Promise.race([this.ended, late])
      // The output of one that has a parent does not end before that.
      if (this.#options.pid1 !== 'parent') await Promise.race([this.output.ended, late])
      return { status, text: this.output.text() }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends all of it at once. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = new Promise((resolve) => this.#child.once('exit', resolve))
      // With the first process of a namespace the kernel ends all others (pid_namespaces(7)).
      const first = childrenOf(this.#child.pid ?? 0)[0] ?? this.#child.pid
      if (first !== undefined) signalProcess(first, 'SIGKILL')
      // unshare(1) has something to say, too.
      this.output.resume()
      await exited
    }
    this.output.close()
  }

  async #controlSocket(): Promise<string> {
    const socket = join(this.runtimeDir, 'control.sock')
    await until('the control socket', () => existsSync(socket))
    return socket
  }

  #words(): readonly string[] {
    const { program = [INIT], command = [], pid1 = 'program', below = [], beside } = this.#options
    const parent = pid1 === 'parent' ? ['/bin/sh', '-c', PARENT, 'sh'] : []
    // The test runner changes the environment of what is spawned; should the test die, so does all of this.
    const variables = Object.entries(this.environment()).map(([name, value]) => `${name}=${value}`)
    const clean = ['-i', ...variables, 'setpriv', '--pdeathsig', 'SIGKILL', '--']
    const namespace = beside === undefined ? OWN_NAMESPACE : namespaceBeside(beside.pid1)
    return [...clean, ...namespace, ...parent, ...below, ...program, ...command]
  }

  async #watchEnd(): Promise<number> {
    const ended = new Promise<number>((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('exit', (code) => resolve(code ?? -1))
    })
    if (this.#options.pid1 !== 'parent') return ended
    const { match } = await this.output.line(PARENT_SAYS, { withinMs: 600_000 })
    return Number(match[1])
  }
}

const OWN_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', '--']

function namespaceBeside(pid: number): readonly string[] {
  const mounts = ['unshare', '--mount', 'sh', '-c', 'mount -t proc proc /proc && exec "$@"', 'sh']
  return ['nsenter', `--pid=/proc/${pid}/ns/pid`, '--', ...mounts]
}

/** Stands for a program that has ended before anybody could see it. */
const NOBODY: Seen = { pid: -1, inside: -1, parent: -1, name: '', state: 'X' }

/** A real pipe, as a container has it: Node itself would make a socket. */
function openPipe(folder: string): { readonly read: number; readonly write: number } {
  const path = join(folder, 'output')
  rmSync(path, { force: true })
  execFileSync('mkfifo', [path])
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const write = openSync(path, constants.O_WRONLY)
  return { read, write }
}

function nullUnless<T>(value: T, is: (value: T) => boolean): T | null {
  return is(value) ? value : null
}
