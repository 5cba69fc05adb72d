import { formatMs } from '../text/span.ts'
import { checkOwnVariables } from './check-own-variables.ts'
import { parseDuration } from './duration.ts'
import { join } from './shape/collection.ts'
import type { Section } from './shape/object.ts'
import { report, type At } from './shape/shape.ts'
import type { Entry } from './tree.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

type Service = Section<ServiceDocument>

/** Reports keys of a service that do nothing where they stand, beyond what the rules of their mappings tell. */
export function checkDeadKeys(service: Service): void {
  if (!service.wrong.has('restart') && !service.wrong.has('type')) checkRestart(service)
  if (service.values.type === 'longrun' && !service.wrong.has('type')) checkStart(service)
  checkOwnVariables(service)
}

function checkRestart({ values: { type, restart } }: Service): void {
  const written = entriesAt(restart.at)
  const { policy, factor } = restart.value
  const isNo = policy === 'no' || (policy === null && type === 'oneshot' && !written.has('policy'))
  if (isNo) {
    const no = policy === 'no' ? '"policy: no"' : '"policy: no", which is that of a oneshot'
    for (const key of written.keys()) {
      if (key !== 'policy') tell(restart.at, key, `does nothing with ${no}; leave it out, or take "policy: on-failure"`)
    }
    return
  }
  if (factor === 1) tell(restart.at, 'max_delay', 'does nothing with "factor: 1", where the delay never grows')
  if (Number(textOf(written.get('max_attempts')) ?? 1) === 0) {
    tell(restart.at, 'window', 'does nothing with "max_attempts: 0", which is no limit')
  }
}

function checkStart({ values, entries, wrong, at }: Service): void {
  const { ready, start_timeout: timeoutMs } = values
  const awaited = ['ready', 'healthcheck', 'post_start']
  if (!wrong.has('start_timeout') && !awaited.some((key) => entries.has(key))) {
    const way = 'it goes with "ready", "healthcheck" or "post_start"'
    tell(at, 'start_timeout', `does nothing for a service that is ready once it is spawned; ${way}`)
  }
  if (ready?.value.kind === 'delay' && ready.value.delayMs >= timeoutMs && !wrong.has('start_timeout')) {
    const message = `it is never ready: "start_timeout" is over first, after ${formatMs(timeoutMs)}; set a longer one`
    report(ready.at, 'conflicting-keys', message)
  }
  checkStartPeriod({ values, entries })
}

/** The start period is over with the first check that passes, and that is readiness where nothing else is. */
function checkStartPeriod({ values: { healthcheck }, entries }: Pick<Service, 'values' | 'entries'>): void {
  if (healthcheck === undefined || healthcheck.value === null) return
  const period = textOf(entriesAt(healthcheck.at).get('start_period'))
  if (entries.has('ready') && (period === null || parseDuration(period) === 0)) {
    const way = 'add "start_period", or leave it out'
    tell(healthcheck.at, 'start_interval', `does nothing beside "ready" without a "start_period"; ${way}`)
  }
  if (!entries.has('ready') && entries.has('start_timeout')) {
    const why = 'the first check that passes ends it, and until then "start_timeout" counts'
    tell(healthcheck.at, 'start_period', `does nothing with "start_timeout": ${why}; keep one of them`)
  }
}

/** The entries of a mapping. */
function entriesAt({ tree }: At): ReadonlyMap<string, Entry> {
  return new Map(tree.kind === 'mapping' ? tree.entries.map((entry) => [entry.key, entry]) : [])
}

function textOf(entry: Entry | undefined): string | null {
  return entry?.value.kind === 'scalar' ? entry.value.text : null
}

/** Reports a key where it is written. */
function tell(at: At, key: string, why: string): void {
  const entry = entriesAt(at).get(key)
  if (entry === undefined) return
  report({ ...at, tree: entry.value, path: join(at.path, key) }, 'conflicting-keys', `"${key}" ${why}`, entry.place)
}
