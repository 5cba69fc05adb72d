import type { Absence, ServiceConfig } from '../config/model.ts'
import { describeRequester } from '../control/requester.ts'
import type { Running, Service } from '../service/state.ts'
import { listed, listedUpTo } from '../text/list.ts'
import { formatMs } from '../text/span.ts'
import { COMMAND } from './command.ts'
import { isHolding } from './draft.ts'
import { healthWords, isUnhealthy } from './health.ts'
import { lookAt, wayTo, type Look, type Root } from './look.ts'
import { startingWords } from './starting-words.ts'
import type { Member, Supervisor } from './state.ts'
import { stoppingWords } from './stopping-words.ts'
import { describeCompleted, describeEnd, describeFailed, describeLastEnds, NEXT_TIME } from './words.ts'

/** Why a service is in its state, in words, at a monotonic instant; empty when there is nothing to say. */
export function reasonOf(supervisor: Supervisor, member: Member, now: number): string {
  return reasonIn(lookAt(supervisor, now), member)
}

/** The same for who looks at several. */
export function reasonIn(look: Look, member: Member): string {
  const { service } = member
  const { state, config } = service
  switch (state.kind) {
    case 'waiting':
      return state.for === 'schedule' ? NEXT_TIME : waitingReason(look, config.name)
    case 'starting':
      return joined(startingWords(service, state, look.now), debtReason(member), spokenWords(look, service))
    case 'running':
      return joined(
        illnessReason(service, state),
        debtReason(member),
        turnReason(look.supervisor, member),
        runningReason(service, state),
        config.type === 'oneshot' && config.name !== COMMAND ? atWork(look, service, state) : '',
      )
    case 'stopping':
      return `${againReason(member)}${shutdownReason(look.supervisor, member)}${stoppingWords(service, state, look.now)}`
    case 'stopped':
      return state.because === 'requested' ? requestReason(look.supervisor, member) : 'not asked for'
    case 'backoff':
      return joined(
        describeLastEnds(service),
        `next try in ${formatMs(Math.max(0, state.until - look.now))}${restartsLeft(service)}`,
        lastWords(look, service),
      )
    case 'completed':
      return joined(describeCompleted(service, state), config.schedule === null ? '' : NEXT_TIME)
    case 'failed':
      return joined(
        describeFailed(service, state),
        config.schedule === null ? '' : 'runs again at its next time',
        lastWords(look, service),
      )
    case 'disabled':
      return disabledReason(look.supervisor.absences.get(config.name), config)
  }
}

/** A service's state and why it is in it, in words. */
export function standingIn(look: Look, member: Member): string {
  const { kind } = member.service.state
  const reason = reasonIn(look, member)
  if (reason === '') return kind
  // `waiting for db: …`, `stopped on request`.
  if (reason.startsWith(kind)) return reason
  return `${kind}${kind === 'starting' || kind === 'running' ? ',' : ':'} ${reason}`
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ')
}

/** In a shutdown nobody has asked for each in particular. */
function requestReason({ phase }: Supervisor, { askedBy }: Member): string {
  if (askedBy !== null) return `stopped on request of ${describeRequester(askedBy)}`
  return phase.kind === 'supervising' ? 'stopped on request' : `stopped by the shutdown (${describeEnd(phase.cause)})`
}

/** Why it is told to end; who ends for a reason of his own, or on request, does not end for this. */
function shutdownReason({ phase }: Supervisor, { askedBy, service: { state } }: Member): string {
  const isTold = state.kind === 'stopping' && state.ending.kind === 'requested' && askedBy === null
  return phase.kind === 'supervising' || !isTold ? '' : `to shut down (${describeEnd(phase.cause)}): `
}

function disabledReason(absence: Absence | undefined, { profiles }: ServiceConfig): string {
  switch (absence) {
    case 'profiles':
      return `disabled: none of its profiles is chosen (${profiles.join(', ')})`
    case 'scale':
      return 'disabled by "scale: 0"'
    case 'disabled':
    case undefined:
      return 'disabled by "enabled"'
  }
}

/** Of more than these nobody reads in one sentence. */
const MOST_TOLD = 3

function waitingReason(look: Look, name: string): string {
  const roots = look.rootsOf(name)
  if (roots.length === 0) return ''
  // What several have said last would be more than one can take in.
  const quiet = roots.length === 1 ? look : { ...look, lastLineOf: () => null }
  const told = roots.slice(0, MOST_TOLD).map((root) => `for ${wayWords(wayTo(look, root))}: ${rootWords(quiet, root)}`)
  return `waiting ${told.join('; ')}${roots.length > MOST_TOLD ? '; and for others' : ''}`
}

/** `migrate, which waits for postgres`. */
function wayWords(way: readonly string[]): string {
  if (way.length <= MOST_TOLD) return way.join(', which waits for ')
  return `${way[0]}, which waits, through ${way.length - 2} others, for ${way.at(-1)}`
}

function rootWords(look: Look, { edge: { service: name, condition } }: Root): string {
  const target = look.supervisor.members.get(name)
  if (target === undefined) return 'not declared'
  const { state, config } = target.service
  const isToEnd = condition.startsWith('service_completed') && config.type === 'longrun'
  if (isToEnd && state.kind === 'running' && target.wish === 'up') {
    return `running for ${formatMs(look.now - state.since)}, not completed yet`
  }
  return standingIn(look, target)
}

/** Of a hook that has failed its own last line is told already: that of the service would be taken for the cause. */
function lastWords(look: Look, service: Service): string {
  return service.history.lastFailure?.kind === 'hook-failed' ? '' : spokenWords(look, service)
}

/** What a run says of itself, or else the last line that it has printed. */
function spokenWords(look: Look, { config, state, history }: Service): string {
  if ('process' in state && state.process.statusText !== null) return `it says: ${state.process.statusText}`
  const line = look.lastLineOf(config.name, history.run)
  return line === null ? '' : `last line: ${JSON.stringify(line)}`
}

function illnessReason(service: Service, state: Running): string {
  const words = healthWords(service)
  const isLeft = isUnhealthy(state) && service.config.healthcheck?.onUnhealthy === 'ignore'
  return isLeft ? `${words}; left as it is (on_unhealthy: ignore)` : words
}

function atWork(look: Look, service: Service, { since }: Running): string {
  return joined(`at work for ${formatMs(look.now - since)}`, spokenWords(look, service))
}

function debtReason({ lost, wish }: Member): string {
  if (lost.size === 0 || wish !== 'up') return ''
  return `to be restarted when ${listed([...lost])} ${lost.size === 1 ? 'is' : 'are'} ready again`
}

/** To go down, and still needed by those that go first. */
function turnReason({ graph, members }: Supervisor, { wish, service: { config } }: Member): string {
  if (wish === 'up') return ''
  const above = new Set(graph.dependents(config.name).map(({ from }) => from))
  // The set grows as it is walked: order holds through services that are at rest, or stay up, as well.
  for (const name of above) for (const { from } of graph.dependents(name)) above.add(from)
  const first = graph.names.filter((name) => {
    const member = above.has(name) ? members.get(name) : undefined
    return member !== undefined && isHolding(member)
  })
  if (first.length === 0) return ''
  const end = wish === 'down' ? 'stopped' : 'restarted'
  return `to be ${end} after ${listedUpTo(MOST_TOLD, first)}, which ${first.length === 1 ? 'depends' : 'depend'} on it`
}

function runningReason(service: Service, { isReloading }: Running): string {
  if (isReloading) return 'reloading'
  const { restarts, lastFailure, shortRuns } = service.history
  if (restarts === 0) return ''
  const count = restarts === 1 ? 'once' : `${restarts} times`
  // A start on request forgives: how the run before it ended was no reason to restart.
  if (lastFailure === null && shortRuns === 0) return `restarted ${count}`
  return `restarted ${count}${restarts === 1 ? '' : ', last'}: ${describeLastEnds({ ...service, history: { ...service.history, shortRuns: 0 } })}`
}

function againReason({ wish, lost }: Member): string {
  if (wish !== 'restart') return ''
  return `to start again${lost.size === 0 ? '' : ` with ${listed([...lost])}`}: `
}

function restartsLeft({ config: { restart }, history }: Service): string {
  if (restart.maxAttempts === 0) return ''
  return ` (restart ${history.restartedAt.length} of ${restart.maxAttempts} within ${formatMs(restart.windowMs)})`
}
