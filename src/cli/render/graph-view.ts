import type { GraphEdge, GraphReply, GraphService } from '../../core/control/graph-reply.ts'
import type { WhenLost } from '../../core/config/model.ts'
import type { StateName } from '../../core/protocol.ts'
import { describeCondition } from './condition.ts'
import { escapeControls } from './text.ts'

/** A graph as it is drawn: instances that stand alike are one node, every node has a look, and its words are harmless. */
export interface GraphView {
  readonly title: string
  /** What all of it is, in a few words. */
  readonly summary: string
  readonly nodes: readonly ViewNode[]
  readonly edges: readonly ViewEdge[]
}

/** One service, or some instances of one. */
export interface ViewNode {
  readonly id: string
  readonly title: string
  /** How it stands, or its type where that is not known. */
  readonly note: string
  readonly look: Look
  readonly type: 'longrun' | 'oneshot'
  readonly count: number
}

/** What colour stands for: a state, or one that no supervisor tells. */
export type Look = StateName | 'unhealthy' | 'unknown'

/** `from` waits for `to`. */
export interface ViewEdge {
  readonly from: string
  readonly to: string
  /** As in "once postgres is ready"; empty for an edge that nobody waits for. */
  readonly word: string
  readonly kind: 'required' | 'optional' | 'dropped'
  readonly whenLost: WhenLost
}

/** Makes a graph ready to be drawn. */
export function viewOf({ name, services, edges }: GraphReply): GraphView {
  const shown = withoutCircles(edges)
  const groups = groupInstances(services, shown)
  const groupOf = new Map([...groups].flatMap(([id, members]) => members.map((member) => [member.name, id])))
  const mapped = new Map<string, ViewEdge>()
  for (const edge of shown) {
    const ends = { from: groupOf.get(edge.from), to: groupOf.get(edge.to) }
    if (ends.from === undefined || ends.to === undefined) continue
    const drawn = { ...look(edge), from: ends.from, to: ends.to }
    mapped.set(JSON.stringify(drawn), drawn)
  }
  return {
    title: escapeControls(name),
    summary: summaryOf(services),
    nodes: [...groups].map(([id, members]) => nodeOf(id, members)),
    edges: [...mapped.values()],
  }
}

/** A dropped edge may lead in a circle: nobody waits for it, and there is no way down to draw. */
function withoutCircles(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const below = new Map<string, string[]>()
  const add = ({ from, to }: GraphEdge): void => addTo(below, from, to)
  for (const edge of edges) if (edge.dropped === null) add(edge)
  return edges.filter((edge) => {
    if (edge.dropped === null) return true
    const reached = new Set([edge.to])
    // The set grows as it is walked.
    for (const name of reached) for (const next of below.get(name) ?? []) reached.add(next)
    if (reached.has(edge.from)) return false
    add(edge)
    return true
  })
}

type Groups = ReadonlyMap<string, readonly GraphService[]>

/** Instances are one when they wait for the same, and the same wait for them: as the file has made them. */
function groupInstances(services: readonly GraphService[], edges: readonly GraphEdge[]): Groups {
  const ties = new Map<string, string[]>()
  for (const { from, to, ...rest } of edges) {
    const how = JSON.stringify(rest)
    addTo(ties, from, JSON.stringify(['to', to, how]))
    addTo(ties, to, JSON.stringify(['from', from, how]))
  }
  const groups = new Map<string, GraphService[]>()
  for (const service of services) {
    const { name, instance } = service
    const alike = instance === null ? name : JSON.stringify([instance.service, ties.get(name)?.toSorted() ?? []])
    addTo(groups, alike, service)
  }
  return groups
}

function addTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

function look({ condition, required, when_lost: whenLost, dropped }: GraphEdge): Omit<ViewEdge, 'from' | 'to'> {
  if (dropped !== null) return { word: '', kind: 'dropped', whenLost: 'ignore' }
  return { word: describeCondition(condition), kind: required ? 'required' : 'optional', whenLost }
}

function nodeOf(id: string, members: readonly GraphService[]): ViewNode {
  const [first] = members
  if (first === undefined) throw new Error('internal error: a node without a service')
  const count = members.length
  const name = first.instance === null || count === 1 ? first.name : `${first.instance.service} ×${count}`
  const looks = new Set(members.map(lookOf))
  const worst = URGENCY.find((one) => looks.has(one)) ?? 'unknown'
  return { id, title: escapeControls(name), note: noteOf(members), look: worst, type: first.type, count }
}

/** What of some instances is shown, should they differ. */
const URGENCY: readonly Look[] = [
  'failed',
  'unhealthy',
  'backoff',
  'stopping',
  'starting',
  'waiting',
  'stopped',
  'running',
  'completed',
  'disabled',
]

function lookOf({ enabled, state, health }: GraphService): Look {
  if (state === 'running' && health === 'unhealthy') return 'unhealthy'
  return state ?? (enabled ? 'unknown' : 'disabled')
}

function noteOf(members: readonly GraphService[]): string {
  const words = members.map(({ enabled, state, health, type }) => {
    if (state === null) return enabled ? type : 'disabled'
    return health === 'healthy' || health === 'unhealthy' ? `${state}, ${health}` : state
  })
  return counted(words, members.length > 1 && new Set(words).size > 1)
}

function summaryOf(services: readonly GraphService[]): string {
  const count = services.length === 1 ? '1 service' : `${services.length} services`
  const looks = services.map(lookOf)
  if (looks.every((one) => one === 'unknown')) return count
  return `${count}: ${counted(
    looks.filter((one) => one !== 'unknown'),
    true,
  )}`
}

function counted(words: readonly string[], withNumbers: boolean): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, count]) => (withNumbers ? `${count} ${word}` : word)).join(', ')
}
