import type { Cancel, Clock } from '../core/machine.ts'
import { listedUpTo } from '../core/text/list.ts'
import { formatMs } from '../core/text/span.ts'
import type { Source } from './flow.ts'

/** Knows which services are held back by whom they write to, and says so when it takes long. */
export interface HoldBacks {
  /** The same source; whoever pauses it holds the service back. */
  readonly watch: (service: string, holder: Holder, source: Source) => Source
  /** By what a service has been held back for some seconds, and how long, in words; empty when it is not. */
  readonly heldBack: (service: string) => string
}

/** What can hold services back. */
export interface Holder {
  /** Why nothing more can be written to it, in words, by which it is known. */
  readonly why: string
  readonly wayOut: string
}

/** With what it is known how long, and who is told. */
export interface HoldBacksOptions extends Pick<Clock, 'now' | 'startTimer'> {
  readonly warn: (text: string) => void
}

/** Any reader is slow at times. */
const LONG_MS = 5000
/** Who stalls again within this time is not told again. */
const CALM_MS = 60_000
const MOST_NAMES = 3
const NOTHING: Cancel = () => undefined

/** Nobody is held back. A timer runs only while somebody is, and that for no longer than it takes to be told. */
export function createHoldBacks(options: HoldBacksOptions): HoldBacks {
  const { now } = options
  const places = new Map<string, Place>()

  function placeOf(holder: Holder): Place {
    const place = places.get(holder.why) ?? createPlace(holder, options)
    places.set(holder.why, place)
    return place
  }

  return {
    watch(service, holder, source) {
      const place = placeOf(holder)
      let end = NOTHING
      return {
        pauseOutput() {
          end = place.begin(service)
          source.pauseOutput()
        },
        resumeOutput() {
          end()
          source.resumeOutput()
        },
      }
    },
    heldBack(service) {
      const words = [...places].flatMap(([why, { sinceOf }]) => {
        const ms = now() - sinceOf(service)
        return ms < LONG_MS ? [] : [`held back for ${formatMs(ms)}: ${why}`]
      })
      return words.join('; ')
    },
  }
}

/** Whom one holder holds back. */
interface Place {
  readonly begin: (service: string) => Cancel
  /** Since when; Infinity: it is not. */
  readonly sinceOf: (service: string) => number
}

function createPlace({ why, wayOut }: Holder, { now, startTimer, warn }: HoldBacksOptions): Place {
  const holds = new Set<{ readonly service: string; readonly since: number }>()
  let cancel = NOTHING
  let calmFrom = -Infinity

  function tell(): void {
    const names = [...new Set([...holds].map(({ service }) => service))]
    const who = `${listedUpTo(MOST_NAMES, names)} ${names.length === 1 ? 'is' : 'are'}`
    if (now() >= calmFrom) warn(`${who} held back: ${why}; ${wayOut}`)
    calmFrom = Infinity
  }

  return {
    begin(service) {
      const hold = { service, since: now() }
      if (holds.size === 0) cancel = startTimer(LONG_MS, tell)
      holds.add(hold)
      return () => {
        if (!holds.delete(hold) || holds.size > 0) return
        cancel()
        if (calmFrom === Infinity) calmFrom = now() + CALM_MS
      }
    },
    sinceOf: (service) => Math.min(...[...holds].filter((hold) => hold.service === service).map(({ since }) => since)),
  }
}
