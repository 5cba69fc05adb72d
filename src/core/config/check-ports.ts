import { quote } from '../text/quote.ts'
import { readinessOf } from './build-readiness.ts'
import { parseHttpUrl } from './http-url.ts'
import type { Probe, Ready } from './model.ts'
import type { Services } from './resolve-dependencies.ts'
import { report } from './shape/shape.ts'

/**
 * Reports services whose readiness asks the same port of this machine: only one of them can listen there.
 *
 * Other machines' ports prove nothing, and neither do different addresses of this one.
 */
export function checkPorts({ documents, declared, absences }: Services): void {
  const owners = new Map<string, string>()
  for (const [name, { values }] of documents) {
    const ready = absences.has(name) || values.type !== 'longrun' ? null : readinessOf(values)
    const port = ready === null ? null : loopbackPort(ready.value)
    if (ready === null || port === null) continue
    const service = declared.instances.get(name)?.service ?? name
    const owner = owners.get(port)
    if (owner === undefined) owners.set(port, service)
    else report(ready.at, 'same-port', samePort(owner, service, port), ready.at.name)
  }
}

/** Of the instances of one service, the message is the same for all, and so is told once. */
function samePort(owner: string, service: string, port: string): string {
  if (owner !== service) {
    const both = `${quote(owner)} and ${quote(service)} are both ready when ${port} answers`
    return `${both}; only one of them can listen there`
  }
  const all = `all instances of ${quote(service)} are ready when ${port} answers, and only one of them can listen there`
  return `${all}; give each its own, as in "800\${PIDONE_INSTANCE}"`
}

function loopbackPort(ready: Ready): string | null {
  if (ready.kind !== 'poll') return null
  const address = probedAddress(ready.probe)
  if (address === null) return null
  const host = address.host === 'localhost' || address.host === '0.0.0.0' ? '127.0.0.1' : address.host
  return host === '::1' || host.startsWith('127.') ? `${host}:${address.port}` : null
}

function probedAddress(probe: Probe): { readonly host: string; readonly port: number } | null {
  switch (probe.kind) {
    case 'tcp':
      return probe
    case 'http':
      return probe.unix === null ? parseHttpUrl(probe.url) : null
    case 'postgres':
    case 'redis':
      return probe.at.kind === 'tcp' ? probe.at : null
    case 'unix':
    case 'exec':
    case 'file':
      return null
  }
}
