import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import type { ServiceEvent } from '../../../src/core/service/event.ts'
import { newService, type State } from '../../../src/core/service/state.ts'
import { transition } from '../../../src/core/service/transition.ts'
import { restart, serviceConfig, TOLD } from '../support.ts'
import { EVENT_LIST, EVERYTHING, HISTORY, STATE_LIST, STATES } from './cases.ts'

const FILE = path.join(import.meta.dirname, '../../../../docs/explanation/states.md')

/** Services whose keys make a difference to where an event leads. */
const SERVICES: readonly ServiceConfig[] = [
  EVERYTHING,
  serviceConfig({ ready: TOLD }),
  serviceConfig({ ready: null }),
  serviceConfig({ ready: TOLD, restart: restart({ policy: 'no' }) }),
  serviceConfig({ type: 'oneshot', schedule: { kind: 'every', everyMs: 60_000 } }),
]

/** What stands at an arrow. */
const LABELS: Readonly<Record<Exclude<ServiceEvent['kind'], NamedByForm | 'timer-expired'>, string>> = {
  begun: 'begun',
  'start-requested': 'start asked for',
  'dependencies-met': 'conditions hold',
  'stop-requested': 'stop asked for',
  'kill-requested': 'stop asked for',
  'reload-requested': 'reload asked for',
  'signal-requested': 'signal asked for',
  'schedule-due': 'its time has come',
  spawned: 'spawned',
  'spawn-failed': 'not spawned',
  'already-created': 'nothing to do',
  'became-ready': 'ready',
  'attempt-failed': 'not ready yet',
  'health-checked': 'unhealthy',
  'main-process-changed': 'another main process',
  'memory-measured': 'over max_memory',
  exited: 'exited',
  cleared: 'nothing left alive',
}

void t.test('the picture of the states is drawn from the code', (test) => {
  const text = document()
  if (process.env['UPDATE_SCENARIOS'] === '1') writeFileSync(FILE, text)
  test.equal(readFileSync(FILE, 'utf8'), text, 'UPDATE_SCENARIOS=1 draws it anew')
  test.end()
})

function document(): string {
  return `# The states of a service

This picture is drawn by a test from the code: an arrow for every event that leads from one state to another.
A service is \`stopping\` until nothing of it is alive, whether somebody asked for that or it ended by itself; only then
the restart policy decides what comes next. \`starting\` has steps: spawned, ready by its own word, \`post_start\` done; so has
\`stopping\`: \`pre_stop\` done, told to end, nothing of it alive.

What is over for good begins again by a start on request only, or, where it has a \`schedule\`, when its time has come; a
stop takes it out of its schedule. [Why a service is in its state](reasons.md) it says itself.

\`\`\`mermaid
stateDiagram-v2
${[...beginnings(), ...arrows()].map((line) => `  ${line}\n`).join('')}\`\`\`
`
}

function beginnings(): readonly string[] {
  const states = [
    newService(serviceConfig(), 'wanted', 0),
    newService(serviceConfig(), 'not-asked', 0),
    newService(serviceConfig({ enabled: false }), 'wanted', 0),
  ]
  return states.map(({ state }) => `[*] --> ${state.kind}`)
}

function arrows(): readonly string[] {
  const labels = new Map<string, Set<string>>()
  for (const config of SERVICES) {
    for (const { value: state } of STATE_LIST) {
      for (const { form, value: event } of EVENT_LIST) {
        const to = after(config, state, event).kind
        if (to === state.kind) continue
        const arrow = `${state.kind} --> ${to}`
        labels.set(arrow, (labels.get(arrow) ?? new Set()).add(label(event, form)))
      }
    }
  }
  const order = Object.keys(STATES)
  const byState = [...labels].toSorted(([a], [b]) => place(order, a) - place(order, b))
  return byState.map(([arrow, texts]) => `${arrow}: ${[...texts].join(', ')}`)
}

function place(order: readonly string[], arrow: string): number {
  return order.findIndex((kind) => arrow.startsWith(kind))
}

function after(config: ServiceConfig, state: State, event: ServiceEvent): State {
  return transition({ config, state, history: HISTORY }, event, { at: 50_000, chance: 0.5 }).service.state
}

function label(event: ServiceEvent, form: string): string {
  if (event.kind === 'timer-expired') return event.timer.replace('-', ' ')
  return isNamedByForm(event) ? form : LABELS[event.kind]
}

/** Its forms are named for what it says, or for how the hook ended. */
function isNamedByForm(event: ServiceEvent): event is Extract<ServiceEvent, { readonly kind: NamedByForm }> {
  return event.kind === 'notified' || event.kind === 'hook-ended'
}

type NamedByForm = 'notified' | 'hook-ended'
