import { describeExit, describeFailure, endedWith, type Exit } from '../service/exit.ts'
import type { Hook } from '../config/model.ts'
import type { Completed, Failed, Service, Stopping } from '../service/state.ts'
import { quote } from '../text/quote.ts'
import { formatMs } from '../text/span.ts'
import { COMMAND } from './command.ts'
import type { ShutdownCause } from './state.ts'

/** A message of the supervisor's own. */
export interface Message {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

/** Why everything goes down. */
export function describeShutdown(cause: ShutdownCause): Message {
  const text = `shutting down: ${describeCause(cause)}`
  switch (cause.kind) {
    case 'requested':
    case 'nothing-left':
      return info(text)
    case 'service-ended':
      return cause.service === COMMAND || cause.as === 'completed' ? info(text) : error(text)
    case 'service-unhealthy':
    case 'command-not-started':
      return error(text)
  }
}

/** The same without what becomes of it. */
export function describeCause(cause: ShutdownCause): string {
  switch (cause.kind) {
    case 'requested':
      return cause.by
    case 'service-ended':
      if (cause.service === COMMAND) return `the command ${describeCommandEnd(cause.exit)}`
      return `"${cause.service}" has ${cause.as === 'completed' ? 'ended' : 'failed'}`
    case 'service-unhealthy':
      return `"${cause.service}" is unhealthy`
    case 'command-not-started':
      return `the command was not started: ${cause.why}`
    case 'nothing-left':
      return 'nothing is left to run'
  }
}

/** What the last line and reasons say of it: what has been told at length already is not told again. */
export function describeEnd(cause: ShutdownCause): string {
  return cause.kind === 'command-not-started' ? 'the command was not started' : describeCause(cause)
}

function describeCommandEnd(exit: Exit | null): string {
  return exit === null ? 'was not started' : `has ended, ${describeExit(exit)}`
}

/** How a service's last run ended, as far as it is known. */
export function describeLastEnd({ history }: Service): string {
  if (history.lastFailure !== null) return describeFailure(history.lastFailure)
  return history.lastExit === null ? 'ended' : describeExit(history.lastExit)
}

/** The same, and how many runs in a row have ended too soon, where that is more than one. */
export function describeLastEnds(service: Service): string {
  const { shortRuns } = service.history
  return `${describeLastEnd(service)}${shortRuns < 2 ? '' : `, ${shortRuns} runs in a row did not last`}`
}

/** Why a service has failed for good. */
export function describeFailed({ config: { restart } }: Service, { failure, gaveUpAfter }: Failed): string {
  const why = describeFailure(failure)
  if (gaveUpAfter === null)
    return 'exit' in failure && endedWith(failure.exit, restart.preventExitCodes) ? `${why}, ${PREVENTED}` : why
  return `${why}, given up after ${gaveUpAfter} restart${gaveUpAfter === 1 ? '' : 's'} within ${formatMs(restart.windowMs)}`
}

const PREVENTED = 'one of its prevent_exit_codes'

/** What leads out of a failure. */
export function wayOut({ name, schedule }: Service['config']): string {
  return `${schedule === null ? '' : 'runs again at its next time; '}\`supervisor start ${name}\` tries again`
}

/** What made a service completed; of one that should go on, why it is not started again. */
export function describeCompleted({ config }: Service, { exit }: Completed): string {
  if (exit === null) return `"${config.creates ?? ''}" is already there`
  if (config.type === 'oneshot') return describeExit(exit)
  const why = endedWith(exit, config.restart.preventExitCodes)
    ? PREVENTED
    : `not restarted (restart: ${config.restart.policy})`
  return `${describeExit(exit)}, ${why}`
}

/** What one waits for who has his time. */
export const NEXT_TIME = 'waiting for its next time'

/** How a service is told to stop, and when it has to be gone. */
export function describeGrace(service: Service): string {
  const within = `SIGKILL after ${formatMs(service.config.stopGracePeriodMs)}`
  switch (howToEnd(service)) {
    case 'by itself':
      return within
    case 'abort':
      return `SIGABRT, ${within}`
    case 'command':
      return `stop_command, ${within}`
    case 'signal':
      return `${service.config.stopSignal}, ${within}`
  }
}

/** How a service was told to stop; empty when it stops by itself. */
export function toldToEnd(service: Service): string {
  const { stopCommand, stopSignal } = service.config
  switch (howToEnd(service)) {
    case 'by itself':
      return ''
    case 'abort':
      return 'SIGABRT sent'
    case 'command':
      return `stop_command (${hookWords(stopCommand === null ? [] : [stopCommand])}) begun`
    case 'signal':
      return `${stopSignal} sent`
  }
}

function howToEnd({ config, state }: Service): 'by itself' | 'abort' | 'command' | 'signal' {
  const ending = state.kind === 'stopping' ? state.ending : null
  if (ending?.kind === 'announced') return 'by itself'
  if (ending?.kind === 'failed' && ending.failure.kind === 'watchdog') return 'abort'
  return config.stopCommand === null ? 'signal' : 'command'
}

/** Which commands a hook runs, as short as can be. */
export function hookWords(hooks: readonly Hook[]): string {
  const [first] = hooks
  return hooks.length === 1 && first !== undefined ? quote(first.argv.join(' ')) : `${hooks.length} commands`
}

/** Why a service stops without having been asked to; empty when it was, and when it has ended by itself. */
export function reasonToStop({ ending }: Stopping): string {
  if (ending.kind === 'announced') return 'it says that it ends'
  return ending.kind === 'failed' ? describeFailure(ending.failure) : ''
}

/** A message of no concern. */
export function info(text: string): Message {
  return { level: 'info', text }
}

/** A message of something that went wrong and is taken care of. */
export function warn(text: string): Message {
  return { level: 'warn', text }
}

/** A message of something that went wrong for good. */
export function error(text: string): Message {
  return { level: 'error', text }
}
