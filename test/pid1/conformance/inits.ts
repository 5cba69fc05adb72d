import { resolve } from 'node:path'
import { INIT } from '../support/container.ts'
import type { Peer } from './case.ts'

/** An init to be tested, and its words up to those of CMD. */
export interface Candidate {
  readonly name: string
  /** Of which of those that the cases know something it is; null: of none. */
  readonly peer: Peer | 'ours' | null
  readonly words: readonly string[]
}

export const OURS: Candidate = { name: 'ours', peer: 'ours', words: [INIT] }

/** Those whose name says how to call them; `-s` where it makes no difference to PID 1: elsewhere they need to be told. */
const KNOWN: Readonly<Record<string, Candidate>> = {
  tini: { name: 'tini', peer: 'tini', words: ['tini', '-s', '--'] },
  'dumb-init': { name: 'dumb-init', peer: 'dumb-init', words: ['dumb-init', '--'] },
  catatonit: { name: 'catatonit', peer: 'catatonit', words: ['catatonit', '--'] },
}

/** An init by one of the known names, or by its words, parted by blanks. */
export function candidate(text: string): Candidate {
  const [first = '', ...others] = text.split(' ').filter(Boolean)
  const words = [first.includes('/') ? resolve(first) : first, ...others]
  const known = KNOWN[words[0]?.split('/').at(-1) ?? '']
  if (known === undefined) return { name: words[0] ?? text, peer: null, words }
  return words.length === 1 ? { ...known, words: [words[0] ?? '', ...known.words.slice(1)] } : { ...known, words }
}
