import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import type { ServiceEvent } from '../../../src/core/service/event.ts'
import { newService, type State } from '../../../src/core/service/state.ts'
import { transition } from '../../../src/core/service/transition.ts'
import { restart, serviceConfig, TOLD } from '../support.ts'
import { EVENT_LIST, RUN, STATE_LIST, STATES } from './cases.ts'

const FILE = path.join(import.meta.dirname, '../../../../docs/explanation/states.md')

/** Services whose keys make a difference to where an event leads. */
const SERVICES: readonly ServiceConfig[] = [
  serviceConfig({ ready: TOLD }),
  serviceConfig({ ready: null }),
  serviceConfig({ ready: TOLD, restart: restart({ policy: 'no' }) }),
]

/** What stands at an arrow. */
const LABELS: Readonly<Record<ServiceEvent['kind'], string>> = {
  'start-requested': 'start asked for',
  'dependencies-met': 'conditions hold',
  'stop-requested': 'stop asked for',
  'kill-requested': 'stop asked for',
  spawned: 'spawned',
  'spawn-failed': 'not spawned',
  'already-created': 'nothing to do',
  notified: 'ready',
  'became-ready': 'ready',
  'attempt-failed': 'not ready yet',
  exited: 'exited',
  cleared: 'nothing left alive',
  'timer-expired': 'timer',
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
the restart policy decides what comes next.

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
      for (const { value: event } of EVENT_LIST) {
        const to = after(config, state, event).kind
        if (to === state.kind) continue
        const arrow = `${state.kind} --> ${to}`
        labels.set(arrow, (labels.get(arrow) ?? new Set()).add(label(event)))
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
  const history = { run: RUN, restarts: 0, shortRuns: 0, restartedAt: [], lastExit: null, lastFailure: null }
  return transition({ config, state, history }, event, { at: 50_000, chance: 0.5 }).service.state
}

function label(event: ServiceEvent): string {
  return event.kind === 'timer-expired' ? event.timer.replace('-', ' ') : LABELS[event.kind]
}
