import { whatIsMissing } from '../service/missing.ts'
import type { GettingReady, PostStart, Service, Starting } from '../service/state.ts'
import { formatMs } from '../text/span.ts'
import { hookWords } from './words.ts'

/** What a start is waiting for, and for how long it may; empty when that is nothing. */
export function startingWords(service: Service, state: Starting, now: number): string {
  switch (state.step) {
    case 'spawning':
      return 'not spawned yet'
    case 'getting-ready':
      return gettingReady(service, state, now)
    case 'post-start':
      return `post_start is running (${hookWords(service.config.postStart)}), ${timeSpent(service, state, now)} are over`
  }
}

function gettingReady(service: Service, state: GettingReady, now: number): string {
  const { ready } = service.config
  if (ready === null) return ''
  if (ready.kind === 'delay') return `ready in ${formatMs(Math.max(0, state.spawnedAt + ready.delayMs - now))}`
  const missing = whatIsMissing(service, state)
  return `not ready for ${timeSpent(service, state, now)}${missing === null ? '' : `: ${missing}`}`
}

/** `12 s of 1 min`; it may have asked for more time than the file gives it. */
function timeSpent({ config }: Service, { spawnedAt, until }: GettingReady | PostStart, now: number): string {
  const spent = formatMs(now - spawnedAt)
  if (until === null) return spent
  const isExtended = until - spawnedAt > (config.startTimeoutMs ?? Infinity)
  return `${spent} of ${formatMs(until - spawnedAt)}${isExtended ? ' that it asked for' : ''}`
}
