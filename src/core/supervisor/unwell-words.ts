import { listedUpTo } from '../text/list.ts'
import { lookAt, type LastLineOf } from './look.ts'
import { standingIn } from './reason.ts'
import type { Supervisor } from './state.ts'
import { unwellMembers } from './well.ts'
import { describeCause } from './words.ts'

/** Of those who only wait, so many are named. */
const MOST_NAMED = 3

/**
 * Why a set is not well, one line a service, causes first; none when it is. Who only waits for what stands there already
 * has no line of its own: the last one names them all.
 */
export function whyUnwell(supervisor: Supervisor, now: number, lastLineOf?: LastLineOf): readonly string[] {
  const { phase, members } = supervisor
  if (phase.kind !== 'supervising') return [`shutting down: ${describeCause(phase.cause)}`]
  const look = lookAt(supervisor, now, lastLineOf)
  const told = new Set<string>()
  const lines: string[] = []
  const waiting: string[] = []
  for (const member of unwellMembers(members.values())) {
    const { name } = member.service.config
    const roots = look.rootsOf(name).map(({ edge }) => edge.service)
    if (roots.length > 0 && roots.every((root) => told.has(root))) {
      waiting.push(name)
      continue
    }
    for (const one of [name, ...roots]) told.add(one)
    lines.push(`${name}: ${standingIn(look, member)}`)
  }
  return waiting.length === 0 ? lines : [...lines, `waiting for that: ${listedUpTo(MOST_NAMED, waiting)}`]
}
