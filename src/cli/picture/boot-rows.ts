import type { AnalyzeReply, ServiceStart } from '../../core/control/analyze-reply.ts'
import { formatMs } from '../../core/text/span.ts'
import { escapeControls } from '../render/text.ts'

/** A line of the chart. */
export interface BootRow {
  /** Null for the supervisor itself. */
  readonly service: string | null
  /** As it is shown. */
  readonly name: string
  readonly bars: readonly Bar[]
  /** What stands behind its last bar, and when that ends, ms. */
  readonly label: string
  readonly labelAt: number
  /** Its part of the critical path. */
  readonly critical: { readonly from: number; readonly to: number } | null
}

/** A span of time in which a service was in one way, ms since the process began. */
export interface Bar {
  readonly kind: BarKind
  readonly from: number
  readonly to: number
}

/** What a bar stands for; `launcher`: before Node ran; `spawning`: asked for, and not there yet: it has its turn among others. */
export type BarKind =
  | 'launcher'
  | 'supervisor'
  | 'waiting'
  | 'spawning'
  | 'starting'
  | 'working'
  | 'ready'
  | 'failed'
  | 'backoff'

/** A chart of a start: rows in the order in which they may begin, so that who is waited for stands above who waits. */
export interface BootChart {
  readonly rows: readonly BootRow[]
  /** Where the axis ends. */
  readonly endMs: number
}

/** Room behind the last event. */
const SLACK = 1.06

/** Makes the rows of a chart. */
export function bootChart(reply: AnalyzeReply): BootChart {
  const { supervisor, services, critical_path: links, now_ms: nowMs } = reply
  const { node_ms: node, begun_ms: begun } = supervisor
  const lastMs = Math.max(begun, ...services.map((service) => lastOf(service, begun)))
  const isOver = services.every(({ ready_ms: ready, state }) => ready !== null || !MOVING.has(state))
  // Who waits in vain does so for days: where things happened is to be seen.
  const endMs = isOver ? lastMs * SLACK : Math.min(nowMs, Math.max(lastMs * 1.5, lastMs + 1000))
  const order = services.toSorted((one, other) => beginOf(one, nowMs) - beginOf(other, nowMs))
  const own: BootRow = {
    service: null,
    name: 'supervisor',
    bars: [
      { kind: 'launcher', from: 0, to: node },
      { kind: 'supervisor', from: node, to: begun },
    ],
    label: formatMs(begun),
    labelAt: begun,
    critical: { from: 0, to: begun },
  }
  const rows = order.map((service): BootRow => {
    const link = links.find((one) => one.service === service.name)
    return {
      service: service.name,
      name: escapeControls(service.name),
      bars: barsOf(service, { begun, endMs }),
      label: labelOf(service),
      labelAt: Math.min(endMs, service.ready_ms ?? (MOVING.has(service.state) ? endMs : lastOf(service, begun))),
      critical: link === undefined ? null : { from: link.from_ms, to: Math.min(endMs, link.to_ms) },
    }
  })
  return { rows: [own, ...rows], endMs }
}

const MOVING: ReadonlySet<string> = new Set(['waiting', 'starting', 'running', 'stopping', 'backoff'])

function instantsOf({ runs }: ServiceStart): readonly number[] {
  return runs.flatMap((run) =>
    [run.asked_ms, run.spawned_ms, run.ready_ms, run.healthy_ms, run.ended_ms].filter((instant) => instant !== null),
  )
}

function lastOf(service: ServiceStart, begun: number): number {
  return Math.max(begun, ...instantsOf(service))
}

function beginOf({ runs }: ServiceStart, nowMs: number): number {
  return runs[0]?.asked_ms ?? nowMs
}

interface Frame {
  readonly begun: number
  readonly endMs: number
}

function barsOf({ runs, type, state }: ServiceStart, { begun, endMs }: Frame): readonly Bar[] {
  const bars: Bar[] = [{ kind: 'waiting', from: begun, to: runs[0]?.asked_ms ?? endMs }]
  for (const [index, run] of runs.entries()) {
    const before = runs[index - 1]
    if (before !== undefined) bars.push({ kind: 'backoff', from: before.ended_ms ?? run.asked_ms, to: run.asked_ms })
    const end = run.ended_ms ?? endMs
    const spawned = run.spawned_ms ?? end
    bars.push({ kind: 'spawning', from: run.asked_ms, to: spawned })
    if (run.outcome === 'failed' && run.ready_ms === null) {
      bars.push({ kind: 'failed', from: spawned, to: end })
    } else if (type === 'oneshot') {
      bars.push({ kind: 'working', from: spawned, to: end })
    } else {
      bars.push({ kind: 'starting', from: spawned, to: run.ready_ms ?? end })
      if (run.ready_ms !== null) bars.push({ kind: 'ready', from: run.ready_ms, to: end })
      if (run.outcome === 'failed') bars.push({ kind: 'failed', from: end, to: end })
    }
  }
  const ended = runs.at(-1)?.ended_ms ?? null
  if (state === 'backoff' && ended !== null) bars.push({ kind: 'backoff', from: ended, to: endMs })
  return bars.flatMap((bar) =>
    bar.to > bar.from || bar.kind === 'failed' ? [{ ...bar, to: Math.min(bar.to, endMs) }] : [],
  )
}

function labelOf({ took_ms: took, runs, omitted_runs: omitted, state }: ServiceStart): string {
  const count = runs.length + omitted
  const tries = count > 1 ? `, ${count} runs` : ''
  return took === null ? `${state}${tries}` : `${formatMs(took)}${tries}`
}
