import { COMMAND } from './command.ts'
import type { Member, Supervisor } from './state.ts'
import { describeFailed, describeLastEnds } from './words.ts'

/** A service that failed, or was still failing, for the last words. */
export interface FailedService {
  readonly name: string
  /** What became of it, and why: `failed: exited with 3`. */
  readonly why: string
}

/**
 * Every declared service that has failed for good, was in its back-off when the end came, was so ill that everything went
 * down, or kept the command waiting for longer than it may, in the order of the file.
 */
export function failedServices({ members, phase }: Supervisor): readonly FailedService[] {
  const [blamed, failing] =
    phase.kind === 'supervising' ? [new Map<string, string>(), NOBODY] : [blamedBy(phase.cause), phase.failing]
  return [...members].flatMap(([name, member]) => {
    const failed = failureOf(member)
    const trying = failing.has(name) ? `was in backoff: ${describeLastEnds(member.service)}` : undefined
    const why = failed === null ? (blamed.get(name) ?? trying) : `failed: ${failed}`
    return why === undefined ? [] : [{ name, why }]
  })
}

/** Which wanted services never ran because those have failed that they wait for, in the order of the file. */
export function neverStarted(supervisor: Supervisor): readonly string[] {
  const { members, graph } = supervisor
  const without = new Set(failedServices(supervisor).map(({ name }) => name))
  // What never ran brings nobody up either.
  const never = new Set<string>()
  for (const name of graph.order) {
    const member = members.get(name)
    if (member === undefined || member.service.history.run > 0 || !wasWanted(member)) continue
    const isHeld = graph.dependencies(name).some(({ to, condition, required }) => {
      return condition !== 'none' && (required || name === COMMAND) && (without.has(to) || never.has(to))
    })
    if (isHeld) never.add(name)
  }
  return graph.names.filter((name) => never.has(name))
}

const NOBODY: ReadonlySet<string> = new Set()

type Cause = Exclude<Supervisor['phase'], { readonly kind: 'supervising' }>['cause']

function blamedBy(cause: Cause): ReadonlyMap<string, string> {
  switch (cause.kind) {
    case 'service-unhealthy':
      return new Map([[cause.service, `failed: ${cause.why}`]])
    case 'command-not-started':
      return new Map(cause.awaited.map(({ name, why }) => [name, why]))
    case 'requested':
    case 'service-ended':
    case 'nothing-left':
      return new Map()
  }
}

function failureOf({ service }: Member): string | null {
  const { config, state } = service
  return state.kind === 'failed' && config.name !== COMMAND ? describeFailed(service, state) : null
}

/** At the end nobody is wanted any more. */
function wasWanted({ service: { state } }: Member): boolean {
  return state.kind === 'waiting' || (state.kind === 'stopped' && state.because === 'requested')
}
