import type { Case, Peer } from './case.ts'
import { CASES } from './cases.ts'

const PEERS: readonly Peer[] = ['tini', 'dumb-init', 'catatonit']

/** One row for each case that not all inits hold: the case, what each of them does instead, and why ours does what it does. */
export function differenceRows(): readonly (readonly string[])[] {
  return CASES.filter(({ ours, otherwise }) => ours !== undefined || otherwise !== undefined).map(rowOf)
}

/** The table, to be put into the page. */
export function differenceTable(): string {
  const head = ['what an init may do', 'pidone', ...PEERS, 'why pidone does so']
  const rows = [head, head.map(() => '---'), ...differenceRows()]
  return rows.map((row) => `| ${row.join(' | ')} |\n`).join('')
}

function rowOf({ name, ours = 'yes', otherwise = {}, reason = '' }: Case): readonly string[] {
  return [name, ours, ...PEERS.map((peer) => otherwise[peer] ?? 'yes'), reason]
}
