import type { ServiceEvent } from '../service/event.ts'
import { describeExit, lastLine } from '../service/exit.ts'
import { isAlive, type Completed, type Running, type Service, type Stopping } from '../service/state.ts'
import { formatMs } from '../text/span.ts'
import { COMMAND } from './command.ts'
import { healthWords } from './health.ts'
import {
  describeCompleted,
  describeFailed,
  describeGrace,
  describeLastEnd,
  describeLastEnds,
  error,
  info,
  reasonToStop,
  warn,
  wayOut,
  type Message,
} from './words.ts'

/** What there is to tell about a service to which something happened; null when it is of no interest. */
export function describeChange(before: Service, after: Service, event: ServiceEvent): Message | null {
  if (after.config.name === COMMAND) return describeCommand(before, after, event)
  return (
    describeUnasked(before, after, event) ?? describeHook(before, after, event) ?? describeState(before, after, event)
  )
}

/** The command speaks for itself, but everything else waits while it is told to stop. How it ends tells the shutdown. */
function describeCommand(before: Service, { state, config, history }: Service, event: ServiceEvent): Message | null {
  if (before.state === state) return null
  const after = { state, history, config: { ...config, name: 'the command' } }
  switch (state.kind) {
    case 'stopping':
      return describeStopping(before, after, { state, event })
    case 'stopped':
      return describeStopped(before, after)
    case 'failed':
      return state.failure.kind === 'spawn-failed' ? error(state.failure.message) : null
    case 'waiting':
    case 'starting':
    case 'running':
    case 'backoff':
    case 'completed':
    case 'disabled':
      return null
  }
}

/** Told once, not with each check that finds the machine as it was. */
function describeUnasked({ history }: Service, { config, state }: Service, event: ServiceEvent): Message | null {
  if (event.kind !== 'health-checked' || event.passed !== null || state.kind !== 'running') return null
  return history.lastCheck?.output === event.output
    ? null
    : warn(`${config.name}: cannot ask for its health: ${lastLine(event.output)}`)
}

/** That `post_start` failed is why the service is stopped, and told with that. */
function describeHook(before: Service, { config, state }: Service, event: ServiceEvent): Message | null {
  if (event.kind !== 'hook-ended' || event.why === null || before.state.kind !== 'stopping') return null
  if (event.hook === 'pre-stop') {
    const rest =
      state.kind === 'stopping' && state.step === 'grace' ? `; stopping (${describeGrace({ ...before, state })})` : ''
    return warn(`${config.name}: pre_stop failed: ${lastLine(event.why)}${rest}`)
  }
  return warn(`${config.name}: stop_command failed: ${lastLine(event.why)}; sending ${config.stopSignal}`)
}

function describeState(before: Service, after: Service, event: ServiceEvent): Message | null {
  const { state, config } = after
  const { name } = config
  if (state === before.state) return null
  switch (state.kind) {
    case 'waiting':
      return isAlive(before.state) ? warn(`${name}: ${describeLastEnd(after)}; restarting at once`) : null
    case 'starting':
      return state.step === 'spawning' ? info(`${name}: starting${state.run > 1 ? ` (run ${state.run})` : ''}`) : null
    case 'running':
      return before.state.kind === 'running'
        ? describeRunning(before.state, after, state)
        : describeReady(after, state.startedInMs)
    case 'stopping':
      return describeStopping(before, after, { state, event })
    case 'stopped':
      return describeStopped(before, after)
    case 'backoff':
      return before.state.kind === 'backoff' ? null : warn(`${name}: ${describeLastEnds(after)}; ${nextTry(after)}`)
    case 'completed':
      return info(`${name}: completed${completedBy(after, state)}`)
    case 'failed':
      return error(`${name}: failed: ${describeFailed(after, state)}${hint(after)}`)
    case 'disabled':
      return null
  }
}

function describeReady({ config }: Service, startedInMs: number): Message | null {
  const isTold = config.ready !== null || config.postStart.length > 0
  return isTold ? info(`${config.name}: ready after ${formatMs(startedInMs)}`) : null
}

function describeRunning(before: Running, after: Service, state: Running): Message | null {
  const { name } = after.config
  if (before.isReloading !== state.isReloading) return info(`${name}: ${state.isReloading ? 'reloading' : 'reloaded'}`)
  if (before.health.kind === state.health.kind) return null
  if (state.health.kind === 'unhealthy') return warn(`${name}: ${healthWords(after)}`)
  return state.health.kind === 'healthy'
    ? info(`${name}: healthy${before.health.kind === 'unhealthy' ? ' again' : ''}`)
    : null
}

/** Why it stops is told once, when that begins. */
function describeStopping(
  before: Service,
  after: Service,
  { state, event }: { readonly state: Stopping; readonly event: ServiceEvent },
): Message | null {
  const { name } = after.config
  const isSame = before.state.kind === 'stopping' && before.state.step === state.step
  if (isSame) return null
  const reason = before.state.kind === 'stopping' ? '' : reasonToStop(state)
  const why = reason === '' ? '' : `${reason}; `
  const tellOf = state.ending.kind === 'failed' && why !== '' ? warn : info
  switch (state.step) {
    case 'pre-stop':
      return tellOf(`${name}: ${why}stopping (pre_stop)`)
    case 'grace':
      return tellOf(`${name}: ${why}stopping (${describeGrace(after)})`)
    case 'killed':
      return warn(`${name}: ${why}${event.kind === 'timer-expired' ? 'its grace period is over; ' : ''}SIGKILL`)
    // What ended by itself is told with what follows from it.
    case 'spawning':
    case 'clearing':
      return null
  }
}

/** Only a run that is cleared had a process: the last exit is its own. */
function describeStopped({ state }: Service, { config, history }: Service): Message | null {
  if (state.kind !== 'stopping' || state.step !== 'clearing' || history.lastExit === null) return null
  return info(`${config.name}: stopped, ${describeExit(history.lastExit)}`)
}

function nextTry({ state }: Service): string {
  return state.kind === 'backoff' ? `next try in ${formatMs(state.until - state.since)}` : ''
}

function completedBy(service: Service, state: Completed): string {
  return state.exit?.kind === 'code' && state.exit.code === 0 ? '' : `: ${describeCompleted(service, state)}`
}

/** When its failure ends everything there is nobody left to be asked. */
function hint({ config }: Service): string {
  return config.onFailure === 'shutdown' ? '' : `; ${wayOut(config)}`
}
