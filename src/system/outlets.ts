import { closeSync, constants, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { ProcessListener, SpawnRequest } from '../core/machine.ts'
import { isErrno } from './errno.ts'
import { withHint } from './errno-hint.ts'
import { makeBlocking } from './libc/blocking.ts'
import { needsNotifySocket, type NotifySocket, type NotifySockets } from './notify-socket.ts'
import { openOutputPipe, type OutputPipe } from './output-pipe.ts'
import { Refusal } from './refusal.ts'

/** The descriptor that `fd:auto` stands for. */
const AUTO_FD = 3
/** Standard input, output and error. */
const STANDARD: readonly number[] = [0, 1, 2]
const OUTPUTS: readonly number[] = [1, 2]
const NEWLINE = 10

/** All that a process can speak to us through: its output, and its word of how it is. */
export interface Outlets {
  /** What the process gets: by its number there, our number. */
  readonly descriptors: ReadonlyMap<number, number>
  /** Tells the process where to say that it is ready, or still alive. */
  readonly environment: Readonly<Record<string, string>>
  /** There is a child, and it has its ends: reads them from now on. */
  readonly attach: () => void
  /** There will be no child, or nothing of what it says will be heard. */
  readonly discard: () => void
  /** Hands over what it has said of itself so far. */
  readonly hear: () => void
  /** The process has ended: hands over what it last said of its readiness. Its output may still come. */
  readonly finish: () => void
  readonly pause: () => void
  readonly resume: () => void
  /** Links, as in `/proc/PID/fd`, to the pipes that somebody could still write to. */
  readonly openPipes: () => readonly string[]
}

/**
 * Opens what a run needs.
 *
 * @throws {Refusal}
 */
export function openOutlets(request: SpawnRequest, listener: ProcessListener, sockets: NotifySockets): Outlets {
  const opened: Opened = { socket: null, stdin: null, stdout: null, stderr: null, notify: null }
  try {
    openAll(opened, request, { listener, sockets })
  } catch (error) {
    discard(opened)
    throw error
  }
  const fd = notifyFd(request)
  let output: readonly Socket[] = []
  return {
    descriptors: composeDescriptors(opened, fd),
    environment: {
      ...(opened.socket === null ? {} : { NOTIFY_SOCKET: opened.socket.address }),
      ...(isAuto(request) ? { NOTIFY_FD: String(fd) } : {}),
      ...watchdogOf(request),
    },
    attach: () => {
      closeStdin(opened)
      readNotifyFd(opened, listener)
      output = readOutput(opened, listener)
    },
    discard: () => discard(opened),
    hear: () => opened.socket?.drain(),
    finish: () => {
      opened.socket?.drain()
      opened.socket?.close()
    },
    pause: () => output.forEach((socket) => socket.pause()),
    resume: () => output.forEach((socket) => socket.resume()),
    openPipes: () => pipesOf(opened).flatMap((pipe) => (pipe.isOpen() ? [pipe.link] : [])),
  }
}

/** What is open so far: null for what is not wanted, or not yet. */
interface Opened {
  socket: NotifySocket | null
  /** Of /dev/null. */
  stdin: number | null
  stdout: OutputPipe | null
  stderr: OutputPipe | null
  notify: OutputPipe | null
}

function openAll(
  opened: Opened,
  { service, stdio }: SpawnRequest,
  { listener, sockets }: { listener: ProcessListener; sockets: NotifySockets },
): void {
  const { user } = service
  if (needsNotifySocket(service)) {
    opened.socket = sockets.open({ service: service.name, user, notified: listener.notified })
  }
  if (service.ready?.kind === 'notify-fd') opened.notify = openOutputPipe(user)
  if (stdio === 'foreground') return STANDARD.forEach(makeBlocking)
  opened.stdin = openNothing()
  if (stdio === 'inherit') return OUTPUTS.forEach(makeBlocking)
  opened.stdout = openOutputPipe(user)
  opened.stderr = openOutputPipe(user)
}

function openNothing(): number {
  try {
    return openSync('/dev/null', constants.O_RDONLY)
  } catch (error) {
    if (isErrno(error)) throw new Refusal(`cannot open "/dev/null": ${withHint(error.code)}`, 126, error.code)
    throw error
  }
}

function discard(opened: Opened): void {
  closeStdin(opened)
  opened.socket?.close()
  for (const pipe of pipesOf(opened)) pipe.discard()
}

function closeStdin(opened: Opened): void {
  if (opened.stdin !== null) closeSync(opened.stdin)
  opened.stdin = null
}

function pipesOf({ stdout, stderr, notify }: Opened): readonly OutputPipe[] {
  return [stdout, stderr, notify].filter((pipe) => pipe !== null)
}

/** No WATCHDOG_PID: the pid is not known before the fork, and without one every process is meant (sd_watchdog_enabled(3)). */
function watchdogOf({ service: { watchdogMs } }: SpawnRequest): Outlets['environment'] {
  return watchdogMs === null ? {} : { WATCHDOG_USEC: String(Math.round(watchdogMs * 1000)) }
}

function isAuto({ service }: SpawnRequest): boolean {
  return service.ready?.kind === 'notify-fd' && service.ready.fd === 'auto'
}

function notifyFd({ service }: SpawnRequest): number {
  return service.ready?.kind === 'notify-fd' && service.ready.fd !== 'auto' ? service.ready.fd : AUTO_FD
}

/** What is not opened is ours, and so the container's. */
function composeDescriptors({ stdin, stdout, stderr, notify }: Opened, fd: number): ReadonlyMap<number, number> {
  const ours = [stdin, stdout?.writeFd, stderr?.writeFd]
  const descriptors = new Map(STANDARD.map((number) => [number, ours[number] ?? number]))
  if (notify !== null) descriptors.set(fd, notify.writeFd)
  return descriptors
}

/** Output that does not go through us: none will come. */
function readOutput({ stdout, stderr }: Opened, listener: ProcessListener): readonly Socket[] {
  if (stdout === null || stderr === null) {
    queueMicrotask(listener.outputEnded)
    return []
  }
  let unfinished = 2
  const ended = (): void => {
    unfinished -= 1
    if (unfinished === 0) listener.outputEnded()
  }
  return [
    stdout.read((chunk) => listener.output('stdout', chunk), ended),
    stderr.read((chunk) => listener.output('stderr', chunk), ended),
  ]
}

/** Only the first newline counts; what comes after it is read all the same, so that writing it never blocks. */
function readNotifyFd({ notify }: Opened, listener: ProcessListener): void {
  let isReady = false
  notify?.read(
    (chunk) => {
      if (isReady || !chunk.includes(NEWLINE)) return
      isReady = true
      listener.notified('READY=1')
    },
    () => {},
  )
}
