import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { childrenOf, namespaceOf, processesIn, type Seen, signalProcess } from '../support/processes.ts'
import { SOON_MS, until } from '../support/until.ts'
import type { Placement, Running, Start } from './case.ts'
import { openStreams } from './streams.ts'
import { perl, shell } from './words.ts'

/** What is started, and where. */
export interface Plan extends Start {
  /** The words of the init itself. */
  readonly init: readonly string[]
  readonly placement: Placement
  readonly folder: string
}

/** Starts an init in a PID namespace of its own; `kill` ends all of it. */
export async function startInit(plan: Plan): Promise<Running & { readonly kill: () => Promise<void> }> {
  const stranger = plan.placement === 'shared' ? await startStranger(plan.folder) : null
  const files = nextFiles(plan.folder)
  const { stdio, closeOurs, ends } = openStreams(plan)
  const child = spawn('setpriv', [...outside(plan, stranger?.pid ?? null), ...inside(plan, files)], {
    cwd: plan.workingDir ?? plan.folder,
    stdio: [...stdio, ...(plan.descriptors ?? [])],
  })
  closeOurs()
  const exited = exitOf(child)
  const { pid } = await findInit(child, plan.placement, files.pid)
  const namespace = namespaceOf(pid) ?? ''
  // What an init keeps beside itself is its own affair, but not when it has ended.
  const isHelper = (seen: Seen): boolean => seen.name === 'pidone-guard' && seen.parent === pid
  const isOther = (seen: Seen): boolean =>
    seen.pid !== pid && (plan.placement === 'pid1' || seen.inside !== 1) && !isHelper(seen)
  const ended = plan.placement === 'parent' ? readStatus(files.status, exited) : exited
  return {
    ...ends,
    pid,
    signal: (signal) => signalProcess(pid, signal),
    end: (withinMs = SOON_MS) => within(withinMs, ended),
    others: () => processesIn(namespace).filter(isOther),
    kill: async () => {
      // With the first process of a namespace the kernel ends all others (pid_namespaces(7)).
      const first = stranger?.pid ?? childrenOf(child.pid ?? 0)[0]
      if (first !== undefined && child.exitCode === null && child.signalCode === null) killIfThere(first)
      await Promise.all([exited, stranger?.kill()])
      for (const end of [ends.stdout, ends.stderr]) end.close()
      ends.stdin?.destroy()
    },
  }
}

/** It may have ended since it was looked for. */
function killIfThere(pid: number): void {
  try {
    signalProcess(pid, 'SIGKILL')
  } catch {
    // ESRCH: there is nothing to kill.
  }
}

interface Files {
  readonly pid: string
  readonly status: string
}

function nextFiles(folder: string): Files {
  number += 1
  return { pid: join(folder, `.pid-${number}`), status: join(folder, `.status-${number}`) }
}

let number = 0

/** A PID namespace whose first process is none of the init's, as the pause container of a Kubernetes pod. */
async function startStranger(folder: string): Promise<{ readonly pid: number; readonly kill: () => Promise<void> }> {
  const ready = nextFiles(folder).pid
  const words = [...NAMESPACE, ...CONTAINER, 'perl', '-e', STRANGER, ready]
  const child = spawn('setpriv', words, { stdio: 'ignore' })
  const exited = exitOf(child)
  const pid = await until('the first process', () => existsSync(ready) && (childrenOf(child.pid ?? 0)[0] ?? false))
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) killIfThere(pid)
    await exited
  }
  return { pid, kill }
}

/** Reaps what becomes its own. */
const STRANGER = '$SIG{CHLD} = "IGNORE"; open my $ready, ">", $ARGV[0]; sleep 1 while 1'

/** Should the test die, so does all of this. */
const NAMESPACE = ['--pdeathsig', 'SIGKILL', '--', 'unshare', '--pid', '--fork', '--mount-proc', '--kill-child', '--']
/** A session of its own and an empty /run, as each container has (runc makes the first, its image has the second). */
const CONTAINER = ['setsid', '--', ...shell('mount -t tmpfs none /run && exec "$@"')]

/** The words up to the first one in the namespace. */
function outside({ workingDir, folder }: Plan, stranger: number | null): readonly string[] {
  if (stranger === null) return NAMESPACE
  const enter = [`--target=${stranger}`, '--pid', '--mount', `--wd=${workingDir ?? folder}`, '--']
  return ['--pdeathsig', 'SIGKILL', '--', 'nsenter', ...enter, 'setsid', '--']
}

function inside(
  { init, placement, before = [], command, environment }: Plan,
  { pid, status }: Files,
): readonly string[] {
  const variables = Object.entries({ PATH: process.env['PATH'] ?? '', HOME: '/root', ...environment })
  // Behind every shell of ours: those change it.
  const clean = ['env', '-i', ...variables.map(([name, value]) => `${name}=${value}`)]
  const words = [...clean, ...before, ...init, ...command]
  // Only there it is not clear who the init is.
  const noted = [...shell('echo $$ >"$1" && mv "$1" "$2" && shift 2 && exec "$@"'), `${pid}.new`, pid]
  switch (placement) {
    case 'shared':
      return words
    case 'pid1':
      return [...CONTAINER, ...words]
    case 'tini':
      return [...CONTAINER, 'tini', '--', ...noted, ...words]
    case 'parent':
      return [...CONTAINER, ...shell(PARENT), status, ...perl(OWN_GROUP), ...noted, ...words]
  }
}

/** Runs a program as a child, notes its status, and stays; what is orphaned becomes its own. */
const PARENT = 'status=$1; shift; "$@"; echo $? >"$status"; exec sleep 100000 <&- >&- 2>&-'

/** As shells and inits start what they start: the kernel spares the only group of a session the signals that stop. */
const OWN_GROUP = 'setpgrp 0, 0; exec @ARGV'

/** Stands for one that has ended before anybody could see it. */
const NOBODY: Pick<Seen, 'pid'> = { pid: -1 }

function findInit(child: ChildProcess, placement: Placement, pidFile: string): Promise<Pick<Seen, 'pid'>> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
  return until('the init', () => {
    const first = childrenOf(child.pid ?? 0)[0]
    if (placement === 'pid1' || placement === 'shared') return first === undefined ? isOver() && NOBODY : { pid: first }
    if (!existsSync(pidFile)) return isOver() && NOBODY
    const ownPid = Number(readFileSync(pidFile, 'utf8'))
    const namespace = first === undefined ? null : namespaceOf(first)
    const found = namespace === null ? undefined : processesIn(namespace).find((seen) => seen.inside === ownPid)
    return found ?? NOBODY
  })
}

async function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
  })
}

/** The status of the program, or that of all when they end before it. */
async function readStatus(path: string, exited: Promise<number>): Promise<number> {
  let last: number | null = null
  void exited.then((status) => (last = status))
  const ended = (): { readonly status: number } | null => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    if (text.endsWith('\n')) return { status: Number(text) }
    return last === null ? null : { status: last }
  }
  return (await until('the status of the init', ended, 600_000)).status
}

async function within<T>(withinMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the init has not ended within ${withinMs} ms`)), withinMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
