import { quote } from '../text/quote.ts'
import { createHints } from '../text/suggest.ts'
import type { Config } from './model.ts'
import type { Services } from './resolve-dependencies.ts'
import { report } from './shape/shape.ts'
import type { DeclaredRoute } from './vocabulary/signals.ts'

/** Where signals go, with every instance of a scaled service; one that no service has is reported. */
export function resolveSignals(routes: readonly DeclaredRoute[], services: Services): Config['signals'] {
  if (routes.length === 0) return new Map()
  const { names, groups } = services.declared
  const hintFor = createHints([...names, ...groups.keys()])
  return new Map(
    routes.map(({ received, signal, to }) => {
      const targets = groups.get(to.value) ?? (names.has(to.value) ? [to.value] : [])
      if (targets.length === 0) report(to.at, 'unknown-service', `no service ${quote(to.value)}${hintFor(to.value)}`)
      const there = targets.filter((name) => services.documents.has(name) && !services.absences.has(name))
      return [received, { signal, services: there }]
    }),
  )
}
