import type { ServiceConfig } from '../config/model.ts'
import { quote } from '../text/quote.ts'
import { listedUpTo } from '../text/list.ts'
import { createHints } from '../text/suggest.ts'

/** The names that were meant, or what is wrong with the words that mean none. */
export type Resolved = Names | { readonly refusal: string }

/** Names in the order of the file, and those of them that were given as they stand, not by a glob or as part of all. */
export interface Names {
  readonly names: readonly string[]
  readonly named: readonly string[]
}

/** Names that a refusal lists, at most: of those there are, and of those there are not. */
const MAX_LISTED = 20
const MAX_UNKNOWN = 10

/** A service, as far as words can name it. */
export type Nameable = Pick<ServiceConfig, 'name' | 'instance'>

/**
 * Finds the services that some words name.
 *
 * @param patterns Names, of which that of a scaled service means all its instances, or globs with `*` (any characters)
 *   and `?` (one character); none at all means every service.
 * @param services Every service there is.
 * @returns Names in the order of `services`, each once.
 */
export function resolveNames(patterns: readonly string[], services: readonly Nameable[]): Resolved {
  const known = services.map(({ name }) => name)
  if (patterns.length === 0) return { names: known, named: [] }
  const index = indexOf(services)
  const meant = new Set<string>()
  const named = new Set<string>()
  const unknown: string[] = []
  for (const pattern of new Set(patterns)) {
    const namesakes = index.get(pattern) ?? []
    const names = namesakes.length > 0 ? namesakes : matching(pattern, known)
    if (names.length === 0) unknown.push(pattern)
    for (const name of names) meant.add(name)
    for (const name of namesakes) named.add(name)
  }
  if (unknown.length > 0) return { refusal: refuse(unknown, known) }
  return { names: known.filter((name) => meant.has(name)), named: known.filter((name) => named.has(name)) }
}

/** Whether a word may stand for several services, by what is in their names. */
export function isGlob(word: string): boolean {
  return /[*?]/u.test(word)
}

/** By each word that stands for services: the one of that name, or the instances. A request may hold 10,000 words. */
function indexOf(services: readonly Nameable[]): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>()
  for (const { name, instance } of services) {
    for (const word of new Set([name, instance?.service ?? name])) {
      const others = index.get(word)
      if (others === undefined) index.set(word, [name])
      else others.push(name)
    }
  }
  return index
}

function matching(pattern: string, names: readonly string[]): readonly string[] {
  if (!isGlob(pattern)) return []
  // Many stars are one; what is left has to find its letters in the name.
  const glob = pattern.replaceAll(/\*+/gu, '*')
  const letters = glob.replaceAll('*', '').length
  return names.filter((name) => letters <= name.length && matchesGlob(name, glob))
}

/** Those of whom something is asked: who cannot do it is passed over, unless he was named as he stands. */
export function namesFor({ names, named }: Names, can: (name: string) => boolean): readonly string[] {
  return names.filter((name) => named.includes(name) || can(name))
}

function refuse(unknown: readonly string[], known: readonly string[]): string {
  const hintFor = createHints(known)
  // One more than is listed: a name is no longer than `1 other`.
  const hints = unknown.slice(0, MAX_UNKNOWN + 1).map((word) => ({ word: quote(word), hint: hintFor(word) }))
  const rest = hints.every(({ hint }) => hint !== '') ? '' : `; ${thereAre(known)}`
  const [only] = hints
  if (unknown.length === 1 && only !== undefined) return `no service ${only.word}${only.hint}${rest}`
  const words = hints.map(({ word, hint }) => (hint === '' ? word : `${word} (${hint.replace('; ', '')})`))
  return `no services ${listedUpTo(MAX_UNKNOWN, [...words, ...unknown.slice(words.length)])}${rest}`
}

function thereAre(known: readonly string[]): string {
  if (known.length === 0) return 'there are none'
  const listed = known.slice(0, MAX_LISTED).map((name) => `"${name}"`)
  const rest = known.length - listed.length
  return `there are ${listed.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/**
 * Walks both texts with one place to return to. A regular expression made of `*a*a*a*` would try every split, and the
 * pattern comes from a client.
 */
function matchesGlob(text: string, pattern: string): boolean {
  let at = 0
  let inPattern = 0
  let retry: { readonly at: number; readonly inPattern: number } | null = null
  while (at < text.length) {
    const wanted = pattern[inPattern]
    if (wanted === '*') {
      retry = { at, inPattern }
      inPattern += 1
    } else if (wanted === '?' || wanted === text[at]) {
      at += 1
      inPattern += 1
    } else if (retry === null) {
      return false
    } else {
      retry = { at: retry.at + 1, inPattern: retry.inPattern }
      at = retry.at
      inPattern = retry.inPattern + 1
    }
  }
  return /^\**$/u.test(pattern.slice(inPattern))
}
