/** One thing that a service tells of itself (sd_notify(3)). */
export type Notice =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reloading' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'keep-alive' }
  /** It has found out itself that it has to be ended as if it were silent. */
  | { readonly kind: 'watchdog-trigger' }
  /** Null: no more keep-alive messages. */
  | { readonly kind: 'watchdog-period'; readonly watchdogMs: number | null }
  | { readonly kind: 'extend-timeout'; readonly byMs: number }
  | { readonly kind: 'main-process'; readonly pid: number }
  /** Null: it takes back what it has said. */
  | { readonly kind: 'status'; readonly text: string | null }
  | { readonly kind: 'errno'; readonly errno: number }

/**
 * What a message says, in its order: lines of `KEY=VALUE`. Keys that are not known are ignored (sd_notify(3)), and so
 * are values that a key cannot have. Of several main processes only the last is one: each costs a look at `/proc`.
 */
export function parseNotices(message: string): readonly Notice[] {
  const notices: Notice[] = []
  for (const line of message.split('\n')) {
    const end = line.indexOf('=')
    const notice = end < 0 ? null : parseNotice(line.slice(0, end), line.slice(end + 1))
    if (notice !== null) notices.push(notice)
  }
  const main = notices.findLast(({ kind }) => kind === 'main-process')
  return notices.filter((notice) => notice.kind !== 'main-process' || notice === main)
}

function parseNotice(key: string, value: string): Notice | null {
  switch (key) {
    case 'READY':
      return value === '1' ? { kind: 'ready' } : null
    case 'RELOADING':
      return value === '1' ? { kind: 'reloading' } : null
    case 'STOPPING':
      return value === '1' ? { kind: 'stopping' } : null
    case 'WATCHDOG':
      if (value === 'trigger') return { kind: 'watchdog-trigger' }
      return value === '1' ? { kind: 'keep-alive' } : null
    case 'STATUS':
      return { kind: 'status', text: value === '' ? null : value }
    case 'WATCHDOG_USEC':
    case 'EXTEND_TIMEOUT_USEC':
    case 'MAINPID':
    case 'ERRNO':
      return NUMBER.test(value) ? numberNotice(key, Number(value)) : null
    default:
      return null
  }
}

/** At most 64 bits. */
const NUMBER = /^\d{1,20}$/

/** `USEC_INFINITY` of systemd: all 64 bits. */
const INFINITE_USEC = 2 ** 64

function numberNotice(
  key: 'WATCHDOG_USEC' | 'EXTEND_TIMEOUT_USEC' | 'MAINPID' | 'ERRNO',
  value: number,
): Notice | null {
  switch (key) {
    case 'WATCHDOG_USEC':
      return { kind: 'watchdog-period', watchdogMs: value === 0 || value >= INFINITE_USEC ? null : value / 1000 }
    case 'EXTEND_TIMEOUT_USEC':
      return { kind: 'extend-timeout', byMs: value / 1000 }
    case 'MAINPID':
      return value > 0 && value <= MAX_INT ? { kind: 'main-process', pid: value } : null
    case 'ERRNO':
      return value <= MAX_INT ? { kind: 'errno', errno: value } : null
  }
}

const MAX_INT = 2 ** 31 - 1
