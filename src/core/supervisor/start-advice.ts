import type { ServiceConfig } from '../config/model.ts'
import type { Link } from '../graph/critical-path.ts'
import { formatMs } from '../text/span.ts'
import type { Boot, BootRun } from './boot.ts'
import type { Supervisor } from './state.ts'

/** A start, and the way on which its end came about. */
export interface Advised {
  readonly boot: Boot
  readonly supervisor: Supervisor
  readonly path: readonly Link[]
  /** From the start of the process to the end of the path. */
  readonly wholeMs: number
}

/** Less than this of the whole is not worth a word, and neither are a few milliseconds. */
const LEAST_SHARE = 0.05
const LEAST_MS = 20

/** What would make a start shorter, in words: only what was measured, and only on the way that all waited for. */
export function adviseOn({ boot, supervisor, path, wholeMs }: Advised): readonly string[] {
  const leastMs = Math.max(LEAST_MS, wholeMs * LEAST_SHARE)
  return path.flatMap((link, index) => {
    const config = supervisor.members.get(link.name)?.service.config
    const runs = boot.services.get(link.name)?.runs ?? []
    const last = runs.findLast(({ askedAt }) => askedAt <= link.to)
    if (config === undefined || last === undefined) return []
    const parts = { config, link, runs, last, next: path[index + 1] ?? null }
    return RULES.flatMap((rule) => {
      const found = rule(parts)
      return found === null || found.ms < leastMs ? [] : [`${link.name}: ${found.text}`]
    })
  })
}

interface Parts {
  readonly config: ServiceConfig
  readonly link: Link
  readonly runs: readonly BootRun[]
  readonly last: BootRun
  /** Who waited for it; null: nobody. */
  readonly next: Link | null
}

/** What it would save at most, and how. */
type Found = { readonly ms: number; readonly text: string } | null

const RULES: readonly ((parts: Parts) => Found)[] = [onFailures, onDelay, onPolling, onHealth]

function onFailures({ runs, last, link }: Parts): Found {
  const failed = runs.filter(({ end, run }) => end?.outcome === 'failed' && run < last.run).length
  const ms = last.askedAt - link.from
  if (failed === 0) return null
  const times = failed === 1 ? 'a run' : `${failed} runs`
  return { ms, text: `${times} failed before, which took ${formatMs(ms)}: let it depend on what it needs` }
}

function onDelay({ config: { ready }, last }: Parts): Found {
  if (ready?.kind !== 'delay' || last.readyAt === null) return null
  const text = `"ready: {delay: …}" takes ${formatMs(ready.delayMs)}, whether it is ready or not: a check would end with it`
  return { ms: ready.delayMs, text }
}

/** It became ready between the last two questions: nobody can know when. */
function onPolling({ config: { ready }, last: { readyAt, refusedAt } }: Parts): Found {
  if (ready?.kind !== 'poll' || readyAt === null || refusedAt === null) return null
  const ms = readyAt - refusedAt
  const text = `up to ${formatMs(ms)} passed between its being ready and the question that found it so`
  return { ms, text: `${text}: "ready: {notify: …}" or "{log: …}" tells at once, a shorter "interval" sooner` }
}

function onHealth({ link, last: { readyAt, healthyAt }, next }: Parts): Found {
  if (next === null || readyAt === null || healthyAt !== link.to || healthyAt === readyAt) return null
  const ms = healthyAt - readyAt
  const text = `${next.name} waited ${formatMs(ms)} for its first good health check, though it was ready`
  return { ms, text: `${text}: "condition: service_ready", or a shorter "start_interval"` }
}
