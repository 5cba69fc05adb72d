import { formatMs } from '../core/text/span.ts'
import type { Endpoint, Probe, Ready, ServiceConfig } from '../core/config/model.ts'

/** When a service counts as ready, in words that complete "ready when". */
export function describeReady(service: ServiceConfig): string {
  const { type, ready, creates, startTimeoutMs } = service
  if (type === 'oneshot') {
    const ended = `it exits with ${service.successExitCodes.join(' or ')}`
    return creates === null ? ended : `"${creates}" exists, or ${ended}`
  }
  if (ready === null) return 'it is spawned'
  const limit = startTimeoutMs === null ? '' : `, within ${formatMs(startTimeoutMs)}`
  return `${describeForm(ready)}${limit}`
}

function describeForm(ready: Ready): string {
  switch (ready.kind) {
    case 'notify-systemd':
      return 'it says READY=1'
    case 'notify-fd':
      return ready.fd === 'auto' ? 'it writes a newline to $NOTIFY_FD' : `it writes a newline to fd ${ready.fd}`
    case 'log':
      return `it prints a line like /${ready.source}/`
    case 'delay':
      return `${formatMs(ready.delayMs)} have passed`
    case 'poll':
      return describeProbe(ready.probe)
  }
}

function describeProbe(probe: Probe): string {
  switch (probe.kind) {
    case 'tcp':
      return `${endpoint({ ...probe, kind: 'tcp' })} accepts connections`
    case 'unix':
      return `${probe.path} accepts connections`
    case 'http':
      return `${probe.url} answers ${probe.status.map(range).join(', ')}`
    case 'postgres':
      return `PostgreSQL answers at ${endpoint(probe.at)}`
    case 'redis':
      return `Redis answers at ${endpoint(probe.at)}`
    case 'exec':
      return `"${probe.argv.join(' ')}" exits with 0`
    case 'file':
      return `${probe.path} exists`
  }
}

function endpoint(at: Endpoint): string {
  if (at.kind === 'unix') return at.path
  return at.host.includes(':') ? `[${at.host}]:${at.port}` : `${at.host}:${at.port}`
}

function range([from, to]: readonly [number, number]): string {
  return from === to ? String(from) : `${from}–${to}`
}
