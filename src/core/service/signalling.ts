import type { SignalName } from '../config/signal.ts'
import type { Service } from './state.ts'
import { unchanged, type Step } from './step.ts'

/** Asked to read its configuration anew. */
export function onReloadRequested(service: Service): Step {
  return onSignalRequested(service, service.config.reloadSignal)
}

/** A signal on request goes to the main process, where there is one; whatever comes of it is the service's own doing. */
export function onSignalRequested(service: Service, signal: SignalName): Step {
  const { state } = service
  if (!('process' in state)) return unchanged(service)
  return { service, effects: [{ kind: 'signal', run: state.run, signal, scope: 'process' }] }
}
