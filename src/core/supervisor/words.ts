import { describeExit, describeFailure } from '../service/exit.ts'
import { formatMs } from '../text/span.ts'
import { isAlive, type Completed, type Failed, type Service, type Stopping } from '../service/state.ts'
import { COMMAND } from './command.ts'
import type { ShutdownCause } from './state.ts'

/** A message of the supervisor's own. */
export interface Message {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

/** What there is to tell about a service that moved; null when it is of no interest. */
export function describeChange(before: Service, after: Service): Message | null {
  return after.config.name === COMMAND ? describeCommand(after) : describeService(before, after)
}

/** The command speaks for itself, unless it cannot be executed. */
function describeCommand({ state }: Service): Message | null {
  if (state.kind !== 'failed' || state.failure.kind !== 'spawn-failed') return null
  return { level: 'error', text: state.failure.message }
}

function describeService(before: Service, after: Service): Message | null {
  const { state, config, history } = after
  const { name } = config
  switch (state.kind) {
    case 'waiting':
      return isAlive(before.state) ? warn(`${name}: ${describeLastEnd(after)}; restarting at once`) : null
    case 'starting':
      return state.step === 'spawning' ? info(`${name}: starting${state.run > 1 ? ` (run ${state.run})` : ''}`) : null
    case 'running':
      return config.ready === null ? null : info(`${name}: ready after ${formatMs(state.startedInMs)}`)
    case 'stopping':
      return describeStopping(after, state)
    case 'stopped':
      // Only a run that is cleared had a process: the last exit is its own.
      return before.state.kind === 'stopping' && before.state.step === 'clearing' && history.lastExit !== null
        ? info(`${name}: stopped, ${describeExit(history.lastExit)}`)
        : null
    case 'backoff':
      return warn(`${name}: ${describeLastEnd(after)}; restarting in ${formatMs(state.until - state.since)}`)
    case 'completed':
      return info(`${name}: completed${isPlainSuccess(state) ? '' : `: ${describeCompleted(after, state)}`}`)
    case 'failed':
      return { level: 'error', text: `${name}: failed: ${describeFailed(state)}` }
    case 'disabled':
      return null
  }
}

/** Why everything goes down. */
export function describeShutdown(cause: ShutdownCause): Message {
  switch (cause.kind) {
    case 'requested':
      return info(`shutting down: ${cause.by}`)
    case 'service-ended':
      if (cause.service === COMMAND) return info('shutting down: the command has ended')
      return cause.as === 'completed'
        ? info(`shutting down: "${cause.service}" has ended`)
        : { level: 'error', text: `shutting down: "${cause.service}" has failed` }
    case 'nothing-left':
      return info('shutting down: nothing is left to run')
  }
}

/** How a service's last run ended, as far as it is known. */
export function describeLastEnd({ history }: Service): string {
  if (history.lastFailure !== null) return describeFailure(history.lastFailure)
  return history.lastExit === null ? 'ended' : describeExit(history.lastExit)
}

/** Why a service has failed for good. */
export function describeFailed({ failure, gaveUpAfter }: Failed): string {
  return `${describeFailure(failure)}${gaveUpAfter === null ? '' : `, given up after ${gaveUpAfter} restart${gaveUpAfter === 1 ? '' : 's'}`}`
}

/** What made a service completed. */
export function describeCompleted({ config }: Service, { exit }: Completed): string {
  return exit === null ? `"${config.creates ?? ''}" is already there` : describeExit(exit)
}

function isPlainSuccess({ exit }: Completed): boolean {
  return exit?.kind === 'code' && exit.code === 0
}

function describeStopping({ config }: Service, state: Stopping): Message | null {
  const grace = `${config.stopSignal}, SIGKILL after ${formatMs(config.stopGracePeriodMs)}`
  switch (state.step) {
    case 'grace':
      return state.ending.kind === 'failed'
        ? warn(`${config.name}: ${describeFailure(state.ending.failure)}; stopping (${grace})`)
        : info(`${config.name}: stopping (${grace})`)
    case 'killed':
      return warn(`${config.name}: SIGKILL`)
    // What ended by itself is told with what follows from it.
    case 'spawning':
    case 'pre-stop':
    case 'clearing':
      return null
  }
}

function info(text: string): Message {
  return { level: 'info', text }
}

function warn(text: string): Message {
  return { level: 'warn', text }
}
