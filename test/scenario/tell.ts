import { statusOf } from '../../src/core/supervisor/status.ts'
import { Play } from '../core/supervisor/play.ts'
import { readMs, readServices } from './declare.ts'

const SERVICE = /^ {2}\S+: /
const EVENT = /^ *([\d.]+ m?s) {2}(.+)$/
const ANSWER = /^ {10}/

/**
 * Plays a scenario and writes it anew with what really comes of it.
 *
 * A scenario is a title, the services, and then what happens: `TIME  EVENT`, below it, indented, what comes of it. The
 * event `status` shows every service. All other lines are for the reader and stay as they are.
 */
export function tell(text: string): string {
  const lines = text.split('\n').filter((line) => !ANSWER.test(line))
  const play = new Play(readServices(lines.filter((line) => SERVICE.test(line))))
  return lines.map((line) => [line].concat(answers(play, line)).join('\n')).join('\n')
}

function answers(play: Play, line: string): readonly string[] {
  const [, time, event] = EVENT.exec(line) ?? []
  if (time === undefined || event === undefined) return []
  const at = readMs(time)
  const told = event === 'status' ? status(play, at) : play.all(event, at)
  return (told.length === 0 ? ['(nothing)'] : told).map((text) => `            ${text}`)
}

function status(play: Play, at: number): readonly string[] {
  const rows = statusOf(play.supervisor, at)
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows.map(({ name, state, reason }) => `${name.padEnd(width)}  ${state.padEnd(9)}  ${reason}`.trimEnd())
}
