import { quote } from '../text/quote.ts'
import { parseHttpUrl } from './http-url.ts'
import type { Probe, Ready } from './model.ts'
import type { Section } from './shape/object.ts'
import { report } from './shape/shape.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

/**
 * Reports services whose readiness asks the same port of this machine: only one of them can listen there.
 *
 * Other machines' ports prove nothing, and neither do different addresses of this one.
 */
export function checkPorts(documents: ReadonlyMap<string, Section<ServiceDocument>>): void {
  const owners = new Map<string, string>()
  for (const [name, { values }] of documents) {
    if (values.ready === undefined || !values.enabled || values.type !== 'longrun') continue
    const port = loopbackPort(values.ready.value)
    if (port === null) continue
    const owner = owners.get(port)
    if (owner === undefined) {
      owners.set(port, name)
      continue
    }
    const both = `${quote(owner)} and ${quote(name)} are both ready when ${port} answers`
    report(values.ready.at, 'same-port', `${both}; only one of them can listen there`, values.ready.at.name)
  }
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
