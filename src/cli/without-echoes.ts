import { clock } from '../system/clock.ts'
import type { SignalSource } from './signal-source.ts'

/** Longer than npm takes to hand a signal on, shorter than two strokes of a hand. */
const ECHO_MS = 300

/**
 * Takes a SIGINT that follows another at once for the same stroke of Ctrl-C: the terminal sends one to everything in
 * front of it, and `npm run` hands its own on to us as well. A second one would mean to kill.
 */
export function withoutEchoes(source: SignalSource, now: () => number = clock.now): SignalSource {
  let strokeAt = -Infinity
  return {
    ...source,
    listen: (received) =>
      source.listen((signal) => {
        if (signal === 'SIGINT') {
          if (now() - strokeAt < ECHO_MS) return
          strokeAt = now()
        }
        received(signal)
      }),
  }
}
