import type { SignalName } from '../core/config/signal.ts'
import { onSignals } from '../system/signals.ts'

/** The signals that this process gets; those that came before anybody listened are kept. */
export interface SignalSource {
  readonly listen: (received: (signal: SignalName) => void) => void
}

/** From now on no signal ends this process; called first, so that none is lost while it starts. */
export function catchSignals(): SignalSource {
  const early: SignalName[] = []
  let deliver = (signal: SignalName): void => void early.push(signal)
  onSignals((signal) => deliver(signal))
  return {
    listen: (received) => {
      deliver = received
      for (const signal of early.splice(0)) received(signal)
    },
  }
}
