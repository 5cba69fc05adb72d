import { describeExit, describeFailure, type Exit } from '../service/exit.ts'
import type { Completed, Failed, Service, Stopping } from '../service/state.ts'
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
  switch (cause.kind) {
    case 'requested':
      return info(`shutting down: ${cause.by}`)
    case 'service-ended':
      if (cause.service === COMMAND) return info(`shutting down: the command ${describeCommandEnd(cause.exit)}`)
      return cause.as === 'completed'
        ? info(`shutting down: "${cause.service}" has ended`)
        : error(`shutting down: "${cause.service}" has failed`)
    case 'service-unhealthy':
      return error(`shutting down: "${cause.service}" is unhealthy`)
    case 'command-not-started':
      return error(`shutting down: the command was not started: ${cause.why}`)
    case 'nothing-left':
      return info('shutting down: nothing is left to run')
  }
}

function describeCommandEnd(exit: Exit | null): string {
  return exit === null ? 'was not started' : `has ended, ${describeExit(exit)}`
}

/** How a service's last run ended, as far as it is known. */
export function describeLastEnd({ history }: Service): string {
  if (history.lastFailure !== null) return describeFailure(history.lastFailure)
  return history.lastExit === null ? 'ended' : describeExit(history.lastExit)
}

/** Why a service has failed for good. */
export function describeFailed({ config }: Service, { failure, gaveUpAfter }: Failed): string {
  const why = describeFailure(failure)
  if (gaveUpAfter === null) return why
  return `${why}, given up after ${gaveUpAfter} restart${gaveUpAfter === 1 ? '' : 's'} within ${formatMs(config.restart.windowMs)}`
}

/** What leads out of a failure. */
export function wayOut({ name, schedule }: Service['config']): string {
  return `${schedule === null ? '' : 'runs again at its next time; '}\`supervisor start ${name}\` tries again`
}

/** What made a service completed. */
export function describeCompleted({ config }: Service, { exit }: Completed): string {
  return exit === null ? `"${config.creates ?? ''}" is already there` : describeExit(exit)
}

/** How a service is told to stop, or was, and when it has to be gone. */
export function describeGrace({ config, state }: Service, tense: 'to be sent' | 'sent'): string {
  const within = `SIGKILL after ${formatMs(config.stopGracePeriodMs)}`
  const ending = state.kind === 'stopping' ? state.ending : null
  if (ending?.kind === 'announced') return within
  const isSilent = ending?.kind === 'failed' && ending.failure.kind === 'watchdog'
  if (config.stopCommand !== null && !isSilent) return `stop_command, ${within}`
  return `${isSilent ? 'SIGABRT' : config.stopSignal}${tense === 'sent' ? ' sent' : ''}, ${within}`
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
