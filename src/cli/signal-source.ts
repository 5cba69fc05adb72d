import type { SignalName } from '../core/config/signal.ts'
import { onSignals } from '../system/signals.ts'
import { isTerminal } from './terminal.ts'

/** The signals that this process gets; those that came before anybody listened are kept. */
export interface SignalSource {
  readonly listen: (received: (signal: SignalName) => void) => void
  /** Whether there was a terminal at the start, and it is gone. */
  readonly hasLostTerminal: () => boolean
}

/** From now on no signal ends this process; called first, so that none is lost while it starts. */
export function catchSignals(): SignalSource {
  const early: SignalName[] = []
  let deliver = (signal: SignalName): void => void early.push(signal)
  onSignals((signal) => deliver(signal))
  return {
    hasLostTerminal: watchTerminal(),
    listen: (received) => {
      deliver = received
      for (const signal of early.splice(0)) received(signal)
    },
  }
}

/** To a terminal that was hung up every question fails (EIO), also the one that isatty(3) asks. */
function watchTerminal(): () => boolean {
  const terminal = [0, 1, 2].find(isTerminal)
  return () => terminal !== undefined && !isTerminal(terminal)
}
