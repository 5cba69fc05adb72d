import { describeExit } from '../service/exit.ts'
import type { Service, Stopping, StopWithProcess } from '../service/state.ts'
import { formatMs } from '../text/span.ts'
import { hookWords, reasonToStop, toldToEnd } from './words.ts'

/** Why a service stops, how it was told to, and what comes next. */
export function stoppingWords(service: Service, state: Stopping, now: number): string {
  switch (state.step) {
    case 'spawning':
      return 'to be stopped as soon as it is spawned'
    case 'pre-stop': {
      const hook = hookWords(service.config.preStop)
      return because(state, `pre_stop is running for ${formatMs(now - state.since)} (${hook})`)
    }
    case 'grace':
      return because(state, graceWords(service, state, now))
    case 'killed':
      return because(state, 'SIGKILL sent, not gone yet')
    case 'clearing': {
      const { lastExit } = service.history
      const ended = state.ending.kind === 'failed' || lastExit === null ? '' : `${describeExit(lastExit)}; `
      return because(state, `${ended}killing what it left behind`)
    }
  }
}

function because(state: Stopping, words: string): string {
  const reason = reasonToStop(state)
  return reason === '' ? words : `${reason}; ${words}`
}

function graceWords(service: Service, state: StopWithProcess, now: number): string {
  const { preStop, stopGracePeriodMs } = service.config
  const told = toldToEnd(service)
  const until = state.until ?? now
  // After a `pre_stop` nobody knows when it was told.
  const isKnown = preStop.length === 0
  const ago = told !== '' && isKnown ? ` ${formatMs(now - state.since)} ago` : ''
  const asked = isKnown && until - state.since > stopGracePeriodMs ? ', as it asked for more time' : ''
  return `${told === '' ? '' : `${told}${ago}, `}SIGKILL in ${formatMs(Math.max(0, until - now))}${asked}`
}
