import type { ServiceEffect } from './effect.ts'
import type { GettingReady, Running, Service, Started, StopWithProcess } from './state.ts'

/** What a state has under way, taken back: its timers, its questions and its hooks end with it. */
export function leave(service: Service, state: Started | StopWithProcess): readonly ServiceEffect[] {
  switch (state.kind) {
    case 'starting':
      return [
        ...(state.until === null ? [] : [{ kind: 'cancel-timer', timer: 'start-timeout' } as const]),
        ...(state.step === 'getting-ready' ? unwatchReadiness(service, state) : [cancelHook(state)]),
      ]
    case 'running':
      return leaveRunning(service, state)
    case 'stopping':
      return leaveStopping(service, state)
  }
}

/** Nobody asks any more whether it is ready. */
export function unwatchReadiness({ config }: Service, { run }: GettingReady): readonly ServiceEffect[] {
  switch (config.ready?.kind) {
    case undefined:
      return []
    case 'delay':
      return [{ kind: 'cancel-timer', timer: 'ready-delay' }]
    case 'notify-systemd':
    case 'notify-fd':
    case 'log':
    case 'poll':
      return [{ kind: 'unwatch-readiness', run }]
  }
}

function leaveRunning({ config }: Service, { run, watchdogMs }: Running): readonly ServiceEffect[] {
  const effects: ServiceEffect[] = []
  if (config.healthcheck !== null) {
    // Between two checks there is the timer, else there is a check.
    effects.push({ kind: 'cancel-timer', timer: 'health-interval' }, { kind: 'cancel-health-check', run })
  }
  if (watchdogMs !== null) effects.push({ kind: 'cancel-timer', timer: 'watchdog' })
  if (config.maxMemoryBytes !== null) effects.push({ kind: 'cancel-timer', timer: 'memory-interval' })
  return effects
}

function leaveStopping({ config }: Service, state: StopWithProcess): readonly ServiceEffect[] {
  switch (state.step) {
    case 'pre-stop':
      return [cancelHook(state)]
    case 'grace':
      return [
        { kind: 'cancel-timer', timer: 'grace-period' },
        ...(config.stopCommand === null ? [] : [cancelHook(state)]),
      ]
    case 'killed':
      return []
  }
}

function cancelHook({ run }: { readonly run: number }): ServiceEffect {
  return { kind: 'cancel-hook', run }
}
