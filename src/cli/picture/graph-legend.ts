import type { GraphView } from '../render/graph-view.ts'
import type { Entry } from './legend.ts'
import { badge } from './signs.ts'
import { element } from './xml.ts'

/** What of a graph's signs is in it, and what they mean. */
export function graphLegend({ nodes, edges }: GraphView): readonly Entry[] {
  const looks = [...new Set(nodes.map(({ look }) => look))].filter((look) => look !== 'unknown')
  const states = looks.map((look): Entry => ({ word: look, sign: [card(look, 4)] }))
  const types = new Set(nodes.map(({ type }) => type))
  const has = (test: (edge: GraphView['edges'][number]) => boolean): boolean => edges.some(test)
  const known: readonly (readonly [boolean, Entry])[] = [
    [types.size > 1, { word: 'oneshot', sign: [card('shape', 8)] }],
    [types.size > 1, { word: 'longrun', sign: [card('shape', 3)] }],
    [has(({ kind }) => kind !== 'required'), { word: 'is waited for', sign: [line('line')] }],
    [has(({ kind }) => kind === 'optional'), { word: 'if it can be', sign: [line('line optional')] }],
    [has(({ kind }) => kind === 'dropped'), { word: 'not waited for', sign: [line('line dropped')] }],
    [
      has(({ whenLost }) => whenLost === 'restart'),
      { word: 'restarted when it is lost', sign: [badge('restart', MIDDLE)] },
    ],
    [has(({ whenLost }) => whenLost === 'stop'), { word: 'stopped when it is lost', sign: [badge('stop', MIDDLE)] }],
  ]
  return [...states, ...known.flatMap(([isThere, entry]) => (isThere ? [entry] : []))]
}

const MIDDLE = { x: 12, y: 8 }

function card(look: string, rx: number): string {
  return element('rect', { class: `card ${look}`, x: 1, y: 1, width: 22, height: 14, rx })
}

function line(className: string): string {
  return element('path', { class: className, d: 'M0 8H24' })
}
