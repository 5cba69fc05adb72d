import type { Dependency } from '../config/model.ts'
import { groupEdges, type Edge } from '../graph/graph.ts'
import { describeLoss, describeRestart } from './cascade-words.ts'
import { holds, hopeless, openEdges } from './conditions.ts'
import { setLost, setWish, tell, type Draft } from './draft.ts'
import type { Member, Supervisor } from './state.ts'

/**
 * Lets losses have their consequences: a `stop` edge takes its dependent down at once, which may be a loss to others.
 * Each is a debt until a run begins with what was lost: a run without it is restarted when it is there again.
 */
export function noteLosses(draft: Draft): void {
  while (draft.losses.length > 0) {
    const losses = draft.losses.splice(0)
    if (draft.phase.kind !== 'supervising') continue
    for (const [name, edges] of groupEdges(losses, 'from')) noteLossesOf(draft, name, edges)
  }
}

function noteLossesOf(draft: Draft, name: string, edges: readonly Edge[]): void {
  const member = draft.members.get(name)
  if (member === undefined || !isUp(member)) return
  setLost(draft, name, new Set([...member.lost, ...edges.map(({ to }) => to)]))
  if (member.wish !== 'up') return
  if (!draft.announced.has(name)) tell(draft, describeLoss(name, edges))
  if (edges.some(({ whenLost }) => whenLost === 'stop')) setWish(draft, name, 'restart')
}

/**
 * Restarts those that have lost something which is there again.
 *
 * Who stands, through edges that follow losses, on one that is still to be restarted waits for that one: so one loss
 * restarts each once, however many ways lead from it to him, and however long they are. One that waits for what nobody
 * brings back holds nobody up.
 *
 * @returns Whether it has changed a wish.
 */
export function payDebts(draft: Draft): boolean {
  if (!hasDebts(draft.members)) return false
  let hasPaid = false
  const gone = hopeless(draft)
  const restless = new Set<string>()
  for (const name of draft.graph.order) {
    const member = draft.members.get(name)
    if (member === undefined || !isRestless(draft, member, restless)) continue
    if (canPay(draft, member, restless)) {
      tell(draft, describeRestart(name, [...member.lost]))
      setWish(draft, name, 'restart')
      hasPaid = true
    }
    if (!owesInVain(member, draft.members, gone)) restless.add(name)
  }
  return hasPaid
}

function hasDebts(members: Supervisor['members']): boolean {
  for (const { lost } of members.values()) if (lost.size > 0) return true
  return false
}

function isRestless(draft: Draft, member: Member, below: ReadonlySet<string>): boolean {
  return member.wish === 'restart' || (canLose(member) && (member.lost.size > 0 || standsOn(draft, member, below)))
}

/** Whether one of some services is a dependency whose loss this one would follow. */
function standsOn({ graph }: Draft, { service }: Member, names: ReadonlySet<string>): boolean {
  return graph.dependencies(service.config.name).some(({ to, whenLost }) => whenLost !== 'ignore' && names.has(to))
}

/** Nothing below it is to be restarted, and all is there that it needs to start again. */
function canPay(draft: Draft, member: Member, restless: ReadonlySet<string>): boolean {
  const { members } = draft
  const { config } = member.service
  if (!canLose(member) || member.lost.size === 0 || standsOn(draft, member, restless)) return false
  if (openEdges(members, config).next().done !== true) return false
  return config.dependsOn.every((edge) => !member.lost.has(edge.service) || holds(edge, members.get(edge.service)))
}

/** Whether it is not restarted for what it has lost, unless somebody asks for what is missing: that may be days off. */
function owesInVain(
  { wish, lost, service }: Member,
  members: Supervisor['members'],
  gone: ReadonlySet<string>,
): boolean {
  if (wish !== 'up' || lost.size === 0) return false
  const isNeeded = (edge: Dependency): boolean => edge.required || lost.has(edge.service)
  return service.config.dependsOn.some(
    (edge) => gone.has(edge.service) && isNeeded(edge) && !holds(edge, members.get(edge.service)),
  )
}

/** Only who is there and is to stay can lose anything; the others wait for their conditions before they start. */
function canLose(member: Member): boolean {
  return member.wish === 'up' && isUp(member)
}

function isUp({ service }: Member): boolean {
  return service.state.kind === 'starting' || service.state.kind === 'running'
}
