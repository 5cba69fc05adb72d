import { isAt, standingOf } from './awaiting.ts'
import { openEdges } from './conditions.ts'
import type { LastLineOf } from './look.ts'
import { isAlive, type Service } from '../service/state.ts'
import type { Member, Supervisor } from './state.ts'
import { describeLastEnd } from './words.ts'

/** A set now, and as it was when somebody asked for a change of it. */
export interface Since {
  readonly before: Supervisor
  readonly supervisor: Supervisor
}

/**
 * Which of some services that shall be ready are kept from it by a run that has failed since, one of their own or of
 * what they wait for, and whose runs those were. It may be tried again: a run that failed before was another matter.
 *
 * @returns Names, each service before what has failed below it.
 */
export function failedSince(since: Since, names: readonly string[]): readonly string[] {
  const found = names.flatMap((name) => {
    const failed = isAt(since.supervisor, name, 'ready') ? [] : failedBelow(since, name)
    return failed.length === 0 ? [] : [name, ...failed]
  })
  return [...new Set(found)]
}

/** A service's state and why it is in it, and, where that does not tell it, how its last run has failed. */
export function standingSince(since: Since, name: string, now: number, lastLineOf?: LastLineOf): string {
  const { supervisor } = since
  const standing = standingOf(supervisor, name, now, lastLineOf)
  const member = supervisor.members.get(name)
  if (member === undefined || !hasFailedSince(since, name, member)) return standing
  const { kind } = member.service.state
  return kind === 'backoff' || kind === 'failed'
    ? standing
    : `${standing}; the run before: ${describeLastEnd(member.service)}`
}

function failedBelow(since: Since, name: string): readonly string[] {
  const { members } = since.supervisor
  const failed: string[] = []
  const names = new Set([name])
  // The set grows as it is walked.
  for (const next of names) {
    const member = members.get(next)
    if (member === undefined) continue
    if (hasFailedSince(since, next, member)) failed.push(next)
    else if (member.service.state.kind === 'waiting') {
      for (const { service } of openEdges(members, member.service.config)) names.add(service)
    }
  }
  return failed
}

/**
 * A run that has ended since is the one that the last failure is of: a good end leaves none, nor does a start on request,
 * and who was stopped has not failed. What is still to be restarted has not begun yet.
 */
function hasFailedSince({ before }: Since, name: string, { service, wish }: Member): boolean {
  const { state, history } = service
  if (wish === 'restart' || history.lastFailure === null || state.kind === 'stopped') return false
  return state.kind === 'failed' || endedRuns(service) > endedRuns(before.members.get(name)?.service)
}

function endedRuns(service: Service | undefined): number {
  if (service === undefined) return 0
  return isAlive(service.state) ? service.history.run - 1 : service.history.run
}
