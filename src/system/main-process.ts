import type { SignalName } from '../core/config/signal.ts'
import type { Cancel } from '../core/machine.ts'
import type { Exit } from '../core/service/exit.ts'
import { adopt, waitForChild } from './children.ts'
import { readProcess } from './process-table.ts'
import type { Reaper } from './reaper.ts'
import { findLine, type Run } from './run-members.ts'
import { sendSignal } from './send-signal.ts'

/** How often a main process that is not our child is looked at: of its end nobody tells us. */
const LOOK_MS = 1000
/** What stands for a status that was lost with all who could have had it: no success. */
const UNKNOWN: Exit = { kind: 'code', code: 1 }

/** The main process of a run: the one that was started, until the run names another (`MAINPID` of sd_notify(3)). */
interface MainProcess {
  /** Makes another process of the run its main process; false when it is none of the run's. */
  readonly follow: (pid: number) => boolean
  /** Sends a signal to it, or to its group; nothing when it has ended. */
  readonly signal: (signal: SignalName, scope: 'process' | 'group') => void
}

/** What is told of a main process. */
interface MainListener {
  /** What the run has said is to be heard now: its first process has ended, and may have named another one. */
  readonly hear: () => void
  /** The main process is gone and its parent had its status: that one is the main process now. */
  readonly changed: (pid: number) => void
  /** Once: the main process has ended. */
  readonly exited: (exit: Exit) => void
}

/** Starts with the first process of a run, which was spawned in this turn of the event loop. */
export type StartMain = (run: Run, listener: MainListener) => MainProcess

/** Makes what follows main processes; one that is not our child is looked at whenever something was reaped. */
export function createMainProcesses(reaper: Reaper): StartMain {
  const watched = new Set<Following>()
  reaper.onReaped(() => {
    for (const following of watched) look(following, isGone)
  })
  return (run, listener) => {
    const line = [{ pid: run.pid, startTime: run.startTime }]
    const ended = new Set<number>()
    const following: Following = { run, listener, watched, line, ended, releases: [], timer: undefined, zombie: null }
    waitForChild(run.pid, (exit) => reaped(following, run.pid, exit))
    return { follow: (pid) => follow(following, pid), signal: (...how) => signalMain(following, ...how) }
  }
}

/** A process that is the main one, or may become it; without a start time the number is its own for ever. */
type Candidate = Pick<Run, 'pid' | 'startTime'>

/**
 * The main process is the head of a line in which each stands before its parent, up to a child of ours. A parent that is
 * not we may take the status of the head: then its own end is what counts. Whoever ends behind a head that is
 * still there matters no more.
 */
interface Following {
  readonly run: Run
  readonly listener: MainListener
  readonly watched: Set<Following>
  /** Empty when all is over. */
  line: readonly Candidate[]
  /** Whose status was taken here, and is about to be judged; later the number may be somebody else's. */
  readonly ended: Set<number>
  releases: readonly Cancel[]
  timer: NodeJS.Timeout | undefined
  /** The head when it was last seen as a zombie of somebody else. */
  zombie: Candidate | null
}

function follow(following: Following, pid: number): boolean {
  const { run, line, ended, watched } = following
  if (line.length === 0) return false
  if (line[0]?.pid === pid) return !ended.has(pid)
  const entries = findLine(run, pid)
  if (entries === null) return false
  release(following)
  following.line = entries
  following.releases = entries.flatMap((entry) =>
    isFirst(run, entry) ? [] : [adopt(entry, (exit) => reaped(following, entry.pid, exit))],
  )
  if (entries.length === 1) return true
  watched.add(following)
  following.timer = setInterval(() => lookAgain(following), LOOK_MS)
  return true
}

/** Judged apart from the reaper: what a listener throws must not keep it from the other dead. */
function reaped(following: Following, pid: number, exit: Exit): void {
  following.ended.add(pid)
  queueMicrotask(() => judge(following, pid, exit))
}

function judge(following: Following, pid: number, exit: Exit): void {
  following.ended.delete(pid)
  if (following.line.length === 0) return
  if (pid === following.run.pid) following.listener.hear()
  following.line = fromFirst(following, (candidate) => candidate.pid === pid || !isGone(candidate))
  if (following.line[0]?.pid === pid) finish(following, exit)
  else following.line = following.line.filter((candidate) => candidate.pid !== pid)
}

/** Passes the role on from those that are gone without a word to us. */
function look(following: Following, isLost: (candidate: Candidate) => boolean): void {
  const [before] = following.line
  following.line = fromFirst(following, (candidate) => !isLost(candidate))
  const [main] = following.line
  if (main === undefined) return finish(following, UNKNOWN)
  if (main !== before && !following.ended.has(main.pid)) following.listener.changed(main.pid)
  if (following.line.length === 1 || isOurs(main)) rest(following)
}

/** A zombie that is still one at the next look has a parent that does not care: it is as good as gone. */
function lookAgain(following: Following): void {
  const { zombie } = following
  look(following, (candidate) => isGone(candidate) || (candidate === zombie && isZombie(candidate)))
  const [main] = following.line
  following.zombie = main !== undefined && isZombie(main) ? main : null
}

/** The line from the first that is so, or whose end is about to be judged. */
function fromFirst({ line, ended }: Following, isSo: (candidate: Candidate) => boolean): readonly Candidate[] {
  const first = line.findIndex((candidate) => ended.has(candidate.pid) || isSo(candidate))
  return first === -1 ? [] : line.slice(first)
}

function finish(following: Following, exit: Exit): void {
  release(following)
  following.line = []
  following.listener.exited(exit)
}

/** Nothing of what was followed so far matters any more. */
function release(following: Following): void {
  rest(following)
  for (const giveUp of following.releases) giveUp()
}

/** There is no need to look any more: the head is our child. */
function rest(following: Following): void {
  following.watched.delete(following)
  clearInterval(following.timer)
}

function signalMain(following: Following, signal: SignalName, scope: 'process' | 'group'): void {
  const { run, line, ended } = following
  const [main] = line
  // Once waited for, the number may be somebody else's.
  if (main === undefined || ended.has(main.pid)) return
  const target = targetOf(run, main, scope)
  if (target === null) return
  sendSignal(target, signal)
  // A group has got it when one of it has (kill(2)).
  if (signal === 'SIGKILL' && sendSignal(main.pid, signal) === 'refused') queueMicrotask(() => waitNoMore(following))
}

/** What may not be killed is not waited for: nothing could end the wait. */
function waitNoMore(following: Following): void {
  if (following.line.length > 0) finish(following, UNKNOWN)
}

/** The group is that which it leads, or else that of the run; one that is neither is not signalled as a whole. */
function targetOf(run: Run, main: Candidate, scope: 'process' | 'group'): number | null {
  const ownGroup = run.session === 'shared' ? null : -run.pid
  // Its group is known, and it is there until it was waited for: also where there is no /proc.
  if (isFirst(run, main)) return scope === 'group' ? (ownGroup ?? main.pid) : main.pid
  const entry = read(main)
  if (entry === 'gone') return null
  if (entry === 'refused' || scope === 'process') return main.pid
  if (entry.group === main.pid) return -main.pid
  return ownGroup === -entry.group ? ownGroup : main.pid
}

/** Waited for since it was spawned; once it has ended its number may be another's. */
function isFirst(run: Run, { pid, startTime }: Candidate): boolean {
  return pid === run.pid && (run.startTime === null || startTime === run.startTime)
}

function isGone(candidate: Candidate): boolean {
  return read(candidate) === 'gone'
}

function isOurs(candidate: Candidate): boolean {
  const entry = read(candidate)
  return typeof entry !== 'string' && entry.parent === process.pid
}

/** Of a parent that is not we. */
function isZombie(candidate: Candidate): boolean {
  const entry = read(candidate)
  return typeof entry !== 'string' && !entry.isAlive && entry.parent !== process.pid
}

function read({ pid, startTime }: Candidate): ReturnType<typeof readProcess> {
  const entry = readProcess(pid)
  return typeof entry === 'string' || startTime === null || entry.startTime === startTime ? entry : 'gone'
}
