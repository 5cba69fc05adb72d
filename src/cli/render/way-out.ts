import type { ServiceStatus } from '../../core/protocol.ts'
import { fewOf } from './few.ts'
import { escapeControls } from './text.ts'

/** The commands that lead on from what is not as wanted, on one line: what to read, what to start; null for none. */
export function wayOut(services: readonly ServiceStatus[]): string | null {
  const toRead = services.filter(isToRead)
  const toStart = services.filter((service) => isToStart(service, services))
  const commands = [
    ...(toRead.length === 0 ? [] : [`\`supervisor logs ${namesOf(toRead)}\` shows more`]),
    ...(toStart.length === 0 ? [] : [`\`supervisor start ${namesOf(toStart)}\` tries again`]),
  ]
  return commands.length === 0 ? null : commands.join('; ')
}

function isToRead({ well, last_line, state }: ServiceStatus): boolean {
  return !well && last_line !== null && state !== 'waiting' && state !== 'stopping'
}

/** What has failed for good, and what was stopped and others wait for. */
function isToStart({ name, state, well, next }: ServiceStatus, all: readonly ServiceStatus[]): boolean {
  if (state === 'failed') return !well && next === null
  return (state === 'stopped' || state === 'completed') && all.some(({ blocked_by }) => blocked_by.includes(name))
}

function namesOf(services: readonly ServiceStatus[]): string {
  return fewOf(
    services.map(({ name }) => escapeControls(name)),
    ' ',
  )
}
