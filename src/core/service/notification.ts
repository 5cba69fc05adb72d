import type { ServiceEffect } from './effect.ts'
import { beginGrace, readyForMs } from './ending.ts'
import type { Moment } from './event.ts'
import { extendGracePeriod, extendStartTimeout } from './extend-timeout.ts'
import { leave } from './leaving.ts'
import { parseNotices, type Notice } from './notice.ts'
import { onReady } from './starting.ts'
import type { Running, Service, ServiceProcess, Started, StopWithProcess } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'
import { onKeepAlive, onWatchdogMiss, onWatchdogPeriod } from './watchdog.ts'

/** A message of the service: each of its lines meets the state that the lines before it have led to. */
export function onNotified(service: Service, message: string, moment: Moment): Step {
  const effects: ServiceEffect[] = []
  let current = service
  for (const notice of parseNotices(message)) {
    const step = takeNotice(current, notice, moment)
    current = step.service
    effects.push(...step.effects)
  }
  return { service: current, effects }
}

function takeNotice(service: Service, notice: Notice, moment: Moment): Step {
  const { state } = service
  if (!('process' in state)) return unchanged(service)
  switch (notice.kind) {
    case 'status':
      return tell(service, state, { statusText: notice.text })
    case 'errno':
      return tell(service, state, { errno: notice.errno })
    case 'main-process':
      return notice.pid === state.process.pid
        ? unchanged(service)
        : { service, effects: [{ kind: 'follow-main-process', run: state.run, pid: notice.pid }] }
    case 'extend-timeout':
      return onExtendTimeout(service, state, notice.byMs, moment)
    case 'ready':
    case 'reloading':
    case 'stopping':
    case 'keep-alive':
    case 'watchdog-trigger':
    case 'watchdog-period':
      // On its way down nothing of this means anything any more.
      return state.kind === 'stopping' ? unchanged(service) : takeOfStarted(service, state, notice, moment)
  }
}

function tell(
  service: Service,
  state: Started | StopWithProcess,
  told: Partial<Pick<ServiceProcess, 'statusText' | 'errno'>>,
): Step {
  const process = { ...state.process, ...told }
  const isNews = process.statusText !== state.process.statusText || process.errno !== state.process.errno
  return isNews ? enter(service, { ...state, process }) : unchanged(service)
}

function onExtendTimeout(service: Service, state: Started | StopWithProcess, byMs: number, moment: Moment): Step {
  switch (state.kind) {
    case 'starting':
      return extendStartTimeout(service, state, byMs, moment)
    case 'running':
      return unchanged(service)
    case 'stopping':
      return extendGracePeriod(service, state, byMs, moment)
  }
}

type NoticeOfStarted = Exclude<Notice, { kind: 'status' | 'errno' | 'main-process' | 'extend-timeout' }>

function takeOfStarted(service: Service, state: Started, notice: NoticeOfStarted, moment: Moment): Step {
  switch (notice.kind) {
    case 'ready':
      return onSaidReady(service, state, moment)
    case 'reloading':
      return state.kind === 'running' ? setReloading(service, state, true) : unchanged(service)
    case 'stopping':
      return state.kind === 'running' ? onSaidStopping(service, state, moment) : unchanged(service)
    case 'keep-alive':
      return state.kind === 'running' ? onKeepAlive(service, state) : unchanged(service)
    case 'watchdog-trigger':
      return onWatchdogMiss(service, state, null, moment)
    case 'watchdog-period':
      return onWatchdogPeriod(service, state, notice.watchdogMs)
  }
}

/** Who is asked whether it is ready has no say in it; and a reload ends with the same words as a start. */
function onSaidReady(service: Service, state: Started, moment: Moment): Step {
  if (state.kind === 'running') return setReloading(service, state, false)
  const kind = service.config.ready?.kind
  const isItsWord = kind === 'notify-systemd' || kind === 'notify-fd'
  return isItsWord && state.step === 'getting-ready' ? onReady(service, state, moment) : unchanged(service)
}

function setReloading(service: Service, state: Running, isReloading: boolean): Step {
  return state.isReloading === isReloading ? unchanged(service) : enter(service, { ...state, isReloading })
}

/** It ends of its own accord: it needs no signal, but is not to take longer than with one. */
function onSaidStopping(service: Service, state: Running, moment: Moment): Step {
  const { run, process } = state
  const ending = { kind: 'announced', readyForMs: readyForMs(service, state, moment) } as const
  return beginGrace(service, { since: moment.at, run, process, ending }, moment.at, leave(service, state))
}
