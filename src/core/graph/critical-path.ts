/** That something might begin, and whose change was the last that it had waited for; null: nobody's. */
export interface Release {
  readonly at: number
  readonly after: string | null
}

/** A part of the way to an end: for this one alone all that follows waited. */
export interface Link {
  readonly name: string
  readonly from: number
  readonly to: number
}

/**
 * The way on which an end came about: who was waited for last, and whom that one had waited for, back to the first.
 *
 * @param releases By name, when each was let go, in order of time.
 * @param end Who was the last, and when.
 * @returns In order of time; each link ends where the next one begins, the last one at the end.
 */
export function criticalPath(
  releases: ReadonlyMap<string, readonly Release[]>,
  end: { readonly name: string; readonly at: number },
): readonly Link[] {
  const path = new Map<string, Link>()
  let to = end.at
  let name: string | null = end.name
  // Nobody waits for himself, through whomever: a name that comes again would be a fault of who noted the releases.
  while (name !== null && !path.has(name)) {
    const release: Release | undefined = releases.get(name)?.findLast(({ at }) => at <= to)
    if (release === undefined) break
    path.set(name, { name, from: release.at, to })
    to = release.at
    name = release.after
  }
  return [...path.values()].toReversed()
}
