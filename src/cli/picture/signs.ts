import { element, number } from './xml.ts'

/** The sign of what becomes of a dependent when what it stands on is lost, around a point. */
export function badge(whenLost: 'restart' | 'stop', { x, y }: { readonly x: number; readonly y: number }): string {
  const round = element('circle', { class: 'badge', cx: x, cy: y, r: 8 })
  const sign =
    whenLost === 'stop'
      ? element('rect', { class: 'block', x: x - 2.75, y: y - 2.75, width: 5.5, height: 5.5 })
      : element('path', { class: 'sign', d: turn(x, y) })
  return element('g', {}, round, sign)
}

/** Most of a circle, clockwise, and two strokes for its arrowhead. */
function turn(x: number, y: number): string {
  const at = (dx: number, dy: number): string => `${number(x + dx)} ${number(y + dy)}`
  return `M${at(2.6, -2.9)}A3.9 3.9 0 1 0 ${at(3.9, 0.6)}M${at(0.2, -3.1)}L${at(3, -2.9)}L${at(3, -5.6)}`
}
