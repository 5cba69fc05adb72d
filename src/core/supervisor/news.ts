import type { News, RequestNews, SupervisorNews } from '../control/event-reply.ts'
import { listedUpTo } from '../text/list.ts'
import type { SupervisorEvent } from './event.ts'
import { serviceNews } from './service-news.ts'
import type { Member, Supervisor } from './state.ts'
import { overallState } from './status.ts'
import { unwellMembers } from './well.ts'
import { describeShutdown } from './words.ts'
import type { Stepped } from './stepped.ts'

/** What there is to tell of a step: who has asked for what, what became of services, and what of the set as a whole. */
export function newsOf(step: Omit<Stepped, 'effects'>): readonly News[] {
  const { before, event, after, at } = step
  const request = requestNews(event)
  const news: News[] = request === null ? [] : [request]
  if (event.kind === 'begun') news.push(told('starting', 'begun'))
  if (before === after) return news
  news.push(...orders(before, after))
  for (const [old, member] of changedMembers(before, after)) news.push(...serviceNews(old, member, after, at))
  return news.concat(outcome(before, after))
}

/** Both have the same members in the same order: to look each up by its name takes five times as long. */
function changedMembers(before: Supervisor, after: Supervisor): readonly (readonly [before: Member, after: Member])[] {
  const olds = before.members.values()
  const changed: (readonly [Member, Member])[] = []
  for (const member of after.members.values()) {
    const { value: old } = olds.next()
    if (old !== undefined && old.service !== member.service) changed.push([old, member])
  }
  return changed
}

/** Names of services that are told, at most: who asks for thousands again and again must not fill the memory. */
const MOST_NAMES = 100

function requestNews(event: SupervisorEvent): RequestNews | null {
  if (!('requester' in event) || event.requester === undefined) return null
  const by = { uid: event.requester.uid, name: event.requester.name }
  const request = { event: 'request', services: [], signal: null, by } as const
  if (event.kind === 'shutdown-requested') return { ...request, action: 'shutdown' }
  const services = event.services.slice(0, MOST_NAMES)
  switch (event.kind) {
    case 'start-requested':
      return { ...request, action: 'start', services }
    case 'stop-requested':
      return { ...request, action: 'stop', services }
    case 'restart-requested':
      return { ...request, action: 'restart', services }
    case 'reload-requested':
      return { ...request, action: 'reload', services }
    case 'signal-requested':
      return { ...request, action: 'signal', services, signal: event.signal }
  }
}

/** What comes before all that it does to services. */
function orders(before: Supervisor, after: Supervisor): readonly SupervisorNews[] {
  const { phase } = after
  if (phase.kind === 'supervising') return []
  const { cause } = phase
  const news: SupervisorNews[] = []
  if (before.phase.kind === 'supervising') news.push(told('stopping', describeShutdown(cause).text, cause.status))
  if (isImpatient(after) && !isImpatient(before)) news.push(told('stopping', 'killing all that is left', cause.status))
  return news
}

function isImpatient({ phase }: Supervisor): boolean {
  return phase.kind === 'stopping' && phase.patience === 'none'
}

/** What comes of all that has become of services. */
function outcome(before: Supervisor, after: Supervisor): readonly SupervisorNews[] {
  const { phase, allWell } = after
  if (phase.kind === 'ended') {
    const { status } = phase.cause
    return [told('ended', `ended with status ${status}`, status)]
  }
  if (phase.kind === 'stopping' || allWell === before.allWell) return []
  return [told(overallState(after), allWell ? 'all as wanted' : unwell(after))]
}

/** Of many that are not as wanted, so many are named. */
const MOST_UNWELL = 5

function unwell({ members }: Supervisor): string {
  const names = unwellMembers(members.values()).map(({ service }) => `${service.config.name} (${service.state.kind})`)
  return `not as wanted: ${listedUpTo(MOST_UNWELL, names)}`
}

function told(state: SupervisorNews['state'], reason: string, code: number | null = null): SupervisorNews {
  return { event: 'supervisor', state, reason, code }
}
