import { quote } from '../text/quote.ts'
import type { GettingReady, Service } from './state.ts'

/** What a service lacks to be ready, in words: what the last question was answered, or what it has not said. */
export function whatIsMissing({ config: { ready } }: Service, { lastAttempt }: GettingReady): string | null {
  if (lastAttempt !== null) return lastAttempt
  switch (ready?.kind) {
    case 'poll':
      return 'no answer'
    case 'notify-systemd':
      return 'no READY=1'
    case 'notify-fd':
      return `no newline on ${ready.fd === 'auto' ? '$NOTIFY_FD' : `fd ${ready.fd}`}`
    case 'log':
      return `no line matches ${quote(ready.source)}`
    case 'delay':
    case undefined:
      return null
  }
}
