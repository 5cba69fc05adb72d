import type { Config, ServiceConfig } from '../config/model.ts'
import type { Requester } from '../control/requester.ts'
import { buildGraph, type Graph } from '../graph/graph.ts'
import type { Exit } from '../service/exit.ts'
import { newService, type Service } from '../service/state.ts'

/** The whole set: every service, what is wanted of it, and what the supervisor itself is about. */
export interface Supervisor {
  /** By name, in the order of the file. */
  readonly members: ReadonlyMap<string, Member>
  readonly graph: Graph
  readonly phase: Phase
  readonly shutdownTimeoutMs: number | null
  /** When the foreground command starts, if there is one. */
  readonly command: Config['command']
  /** Where signals that mean nothing to the supervisor itself go. */
  readonly signals: Config['signals']
  /** Why those that are disabled are. */
  readonly absences: Config['absences']
  /** What the ready file says. */
  readonly allWell: boolean
}

/** A service and the wish for it. */
export interface Member {
  readonly service: Service
  /** `restart`: down first, then up again. */
  readonly wish: 'up' | 'down' | 'restart'
  /** Who has asked for that on the control socket; null: nobody there. */
  readonly askedBy: Requester | null
  /**
   * Dependencies that a run of it has lost, and with which none has begun since: who runs without them is restarted once
   * they are there again. Empty when it is wanted down or has ended for good.
   */
  readonly lost: ReadonlySet<string>
  /** Whether a run of it has ever ended well. */
  readonly hasCompleted: boolean
}

/** What the supervisor is about; once it has begun to shut down it does nothing else. */
export type Phase =
  | { readonly kind: 'supervising' }
  /** `signalled`: an order to stop has come by a signal, so that another one is no repetition but impatience. */
  | {
      readonly kind: 'stopping'
      readonly cause: ShutdownCause
      readonly patience: 'orderly' | 'signalled' | 'none'
      readonly failing: Failing
    }
  | { readonly kind: 'ended'; readonly cause: ShutdownCause; readonly failing: Failing }

/** Who was in his back-off when the shutdown began: it makes them `stopped`, which does not tell. */
type Failing = ReadonlySet<string>

/** Why everything goes down, and the exit status that this gives. */
export type ShutdownCause =
  /** `by` in words: `SIGTERM`, `supervisor shutdown`. */
  | { readonly kind: 'requested'; readonly by: string; readonly status: number }
  | {
      readonly kind: 'service-ended'
      readonly service: string
      readonly as: 'completed' | 'failed'
      /** Null: it has never run. */
      readonly exit: Exit | null
      readonly status: number
    }
  /** `why` in words: `unhealthy: 3 checks in a row failed`. */
  | { readonly kind: 'service-unhealthy'; readonly service: string; readonly why: string; readonly status: number }
  /** The command has waited for as long as it may; `why` says for whom, and `awaited` where each of them stood. */
  | {
      readonly kind: 'command-not-started'
      readonly why: string
      readonly awaited: readonly { readonly name: string; readonly why: string }[]
      readonly status: number
    }
  /** Every service has ended for good and nothing can move one again. */
  | { readonly kind: 'nothing-left'; readonly status: number }

/** No losses: the same set for all that have none, so that members can be told apart by identity. */
export const NOTHING_LOST: ReadonlySet<string> = new Set()

/**
 * The set before its first event.
 *
 * @param wanted Names of the services that shall be up; the others wait for a request.
 */
export function newSupervisor(config: Config, wanted: ReadonlySet<string>, at: number): Supervisor {
  const member = (service: ServiceConfig): Member => {
    const isWanted = wanted.has(service.name)
    return {
      service: newService(service, isWanted ? 'wanted' : 'not-asked', at),
      wish: isWanted ? 'up' : 'down',
      askedBy: null,
      lost: NOTHING_LOST,
      hasCompleted: false,
    }
  }
  return {
    members: new Map([...config.services].map(([name, service]) => [name, member(service)])),
    graph: buildGraph(config.services),
    phase: { kind: 'supervising' },
    shutdownTimeoutMs: config.shutdownTimeoutMs,
    command: config.command,
    signals: config.signals,
    absences: config.absences,
    allWell: false,
  }
}
