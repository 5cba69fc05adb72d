import type { ExitedNews, HealthNews, KilledNews, News, SpawnedNews, StateNews } from '../control/event-reply.ts'
import { exitReply } from '../service/exit.ts'
import { pidOf, type Service, type State, type StopWithProcess } from '../service/state.ts'
import { formatMs } from '../text/span.ts'
import { healthOf, healthWords } from './health.ts'
import { reasonOf } from './reason.ts'
import type { Member, Supervisor } from './state.ts'
import { reasonToStop } from './words.ts'

/** What there is to tell of a service that is not as it was, in the order in which it came about. */
export function serviceNews(before: Member, after: Member, set: Supervisor, now: number): readonly News[] {
  const change = { before: before.service, after: after.service }
  const reason = (): string => reasonOf(set, after, now)
  const news = [
    exited(change),
    spawned(change),
    healthChanged(change),
    stateChanged(change, after, reason),
    killed(change),
  ]
  return news.filter((one) => one !== null)
}

/** The same service before and after. */
interface Change {
  readonly before: Service
  readonly after: Service
}

function exited({ before, after }: Change): ExitedNews | null {
  const { state: old, config } = before
  if (!('process' in old) || isSameProcess(old, after.state)) return null
  return {
    event: 'exited',
    service: config.name,
    run: old.run,
    pid: old.process.pid,
    exit: exitOf(after),
  }
}

function spawned({ before, after }: Change): SpawnedNews | null {
  const { state: current, config } = after
  if (!('process' in current) || isSameProcess(before.state, current)) return null
  return { event: 'spawned', service: config.name, run: current.run, pid: current.process.pid }
}

/** Another process may be the main one of the same run (`MAINPID`): that is no end and no beginning. */
function isSameProcess(before: State, after: State): boolean {
  return 'process' in before && 'process' in after && before.run === after.run
}

/** That nothing is known, as at each start and end, is no news. */
function healthChanged({ before, after }: Change): HealthNews | null {
  const [from, to] = [healthOf(before), healthOf(after)]
  if (from === to || (to !== 'healthy' && to !== 'unhealthy')) return null
  const { config, history } = after
  return {
    event: 'health',
    service: config.name,
    from,
    to,
    run: history.run,
    reason: to === 'healthy' ? '' : illness(after),
  }
}

function illness(service: Service): string {
  return service.state.kind === 'stopping' ? reasonToStop(service.state) : healthWords(service)
}

function stateChanged({ before, after }: Change, { wish, askedBy }: Member, reason: () => string): StateNews | null {
  const [old, current] = [before.state, after.state]
  const isOtherRun = 'run' in old && 'run' in current && old.run !== current.run
  if (old.kind === current.kind && !isOtherRun) return null
  const isGoingDown = wish !== 'up' && (current.kind === 'stopping' || current.kind === 'stopped')
  return {
    event: 'state',
    service: after.config.name,
    from: old.kind,
    to: current.kind,
    run: after.history.run,
    pid: pidOf(current),
    exit: hasEnded(old) || hasEnded(current) ? exitOf(after) : null,
    reason: saysAll(after) ? '' : reason() || readyWords(after),
    by: isGoingDown ? askedBy : null,
  }
}

/** That it has only just begun is no reason: not spawned yet, at work for 0 ms. */
function saysAll({ state, config }: Service): boolean {
  return state.kind === 'starting' || (state.kind === 'running' && config.type === 'oneshot')
}

/** Only what had a process comes to be cleared. */
function hasEnded(state: State): boolean {
  return state.kind === 'stopping' && state.step === 'clearing'
}

function exitOf({ history: { lastExit } }: Service): StateNews['exit'] {
  return lastExit === null ? null : exitReply(lastExit)
}

function readyWords({ state: current, config }: Service): string {
  const isTold = current.kind === 'running' && (config.ready !== null || config.postStart.length > 0)
  return isTold ? `ready after ${formatMs(current.startedInMs)}` : ''
}

function killed({ before, after }: Change): KilledNews | null {
  const { state: current, config } = after
  if (!isKilled(current) || isKilled(before.state)) return null
  return { event: 'killed', service: config.name, run: current.run, pid: current.process.pid }
}

function isKilled(state: State): state is StopWithProcess {
  return state.kind === 'stopping' && state.step === 'killed'
}
