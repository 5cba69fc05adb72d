import type { Endpoint, HttpProbe, Probe } from '../../core/config/model.ts'

/** Where a probe asks, in words, as every `why` begins. */
export function placeOf(probe: Probe): string {
  switch (probe.kind) {
    case 'tcp':
    case 'unix':
      return `connect ${addressOf(probe)}`
    case 'http':
      return placeOfUrl(probe)
    case 'postgres':
      return `PostgreSQL at ${addressOf(probe.at)}`
    case 'redis':
      return `Redis at ${addressOf(probe.at)}`
    case 'exec':
      return `"${probe.argv.join(' ')}"`
    case 'file':
      return `file "${probe.path}"`
  }
}

/** Where a server listens, as one would type it: `127.0.0.1:80`, `[::1]:80` or a path. */
export function addressOf(at: Endpoint): string {
  if (at.kind === 'unix') return at.path
  return `${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
}

/** What goes into a status never shows the password that a URL may hold. */
function placeOfUrl(probe: HttpProbe): string {
  const url = probe.url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1')
  return probe.unix === null ? url : `${url} on ${probe.unix}`
}
