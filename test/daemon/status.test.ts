import t from 'tap'
import { newSupervisor } from '../../src/core/supervisor/state.ts'
import { statusReply } from '../../src/daemon/status.ts'
import { config, serviceConfig } from '../core/support.ts'

const PARTS = {
  project: 'shop',
  supervisor: newSupervisor(config(serviceConfig(), serviceConfig({ name: 'job' })), new Set(['web']), 0),
  names: ['job'],
  now: 0,
  lastLineOf: () => null,
  heldBack: () => '',
  dateOf: (instant: number) => Date.UTC(2026, 0, 1) + instant,
}

function nextRunAt(service: string): number | null {
  return service === 'job' ? Date.UTC(2026, 0, 1, 3) : null
}

function heldBack(service: string): string {
  return service === 'job' ? 'held back for 12 s' : ''
}

void t.test('what holds a service back stands in its reason, after what else is there', (test) => {
  const { services } = statusReply({ ...PARTS, names: ['web', 'job'], nextRunAt, heldBack })
  test.strictSame(
    services.map(({ name, reason }) => [name, reason]),
    [
      ['web', ''],
      ['job', 'not asked for; held back for 12 s'],
    ],
  )
  test.end()
})

void t.test('the next run by a schedule stands in the status, of that service only', (test) => {
  const { services } = statusReply({ ...PARTS, nextRunAt })
  test.strictSame(
    services.map(({ name, next }) => [name, next]),
    [['job', '2026-01-01T03:00:00.000Z']],
  )
  const { services: others } = statusReply({ ...PARTS, names: ['web'], nextRunAt })
  test.strictSame(
    others.map(({ name, next }) => [name, next]),
    [['web', null]],
  )
  test.end()
})
