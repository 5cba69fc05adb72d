import { quote } from '../text/quote.ts'
import { createHints } from '../text/suggest.ts'
import type { Absence } from './model.ts'
import type { Section } from './shape/object.ts'
import { warn, type At } from './shape/shape.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

/** The services of a file that could be read, by name. */
export type Documents = ReadonlyMap<string, Section<ServiceDocument>>

/** Which services are not there, and why; `*` among the chosen profiles is all of them, as in Compose. */
export function findAbsences(documents: Documents, chosen: ReadonlySet<string>): ReadonlyMap<string, Absence> {
  const absences = new Map<string, Absence>()
  for (const [name, { values }] of documents) {
    const absence = absenceOf(values, chosen)
    if (absence !== null) absences.set(name, absence)
  }
  return absences
}

function absenceOf({ enabled, scale, profiles }: ServiceDocument, chosen: ReadonlySet<string>): Absence | null {
  if (!enabled) return 'disabled'
  if (scale === 0) return 'scale'
  const isChosen = profiles.length === 0 || chosen.has('*') || profiles.some((profile) => chosen.has(profile))
  return isChosen ? null : 'profiles'
}

/** Warns of chosen profiles that no service has; `at` is the file. */
export function checkProfiles(documents: Documents, chosen: ReadonlySet<string>, at: At): void {
  if (chosen.size === 0) return
  const known = new Set([...documents.values()].flatMap(({ values }) => values.profiles))
  const hintFor = createHints(known)
  for (const profile of chosen) {
    if (profile === '*' || known.has(profile)) continue
    const message = `no service has the profile ${quote(profile)}${hintFor(profile)}`
    warn(at, 'unknown-profile', message)
  }
}
