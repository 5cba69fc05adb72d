import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from './pages.ts'

type Instructions = readonly string[]

/** Each can be read and built alone, so some lines stand in all of them. */
const IMAGE = instructionsOf('Dockerfile')
const BASE = instructionsOf('Dockerfile.base')
const DEVELOPMENT = instructionsOf('Dockerfile.dev')

function instructionsOf(file: string): Instructions {
  const text = readFileSync(join(ROOT, 'docker', file), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.join('\n').replaceAll('\\\n', '').split('\n')
}

/** From the first line of the stage that builds the supervisor to the one that this is in. */
function buildUntil(instructions: Instructions, last: string): Instructions {
  const stage = instructions.slice(instructions.findIndex((line) => line.endsWith(' AS build')) + 1)
  return stage.slice(0, stage.findIndex((line) => line.includes(last)) + 1)
}

void t.test('the Dockerfiles build the supervisor in one way', (test) => {
  const bundled = buildUntil(BASE, 'dist/scripts/bundle.js')
  test.ok(bundled.length > 5)
  test.strictSame(buildUntil(IMAGE, 'dist/scripts/bundle.js'), bundled)
  test.strictSame(buildUntil(DEVELOPMENT, 'dist/scripts/bundle.js'), bundled)
  const packed = buildUntil(BASE, 'mv node_modules')
  test.ok(packed.length > bundled.length)
  test.strictSame(buildUntil(IMAGE, 'mv node_modules'), packed)
  test.end()
})

void t.test('the Dockerfiles have one default for a variable, and one way to ask for health', (test) => {
  const all = [...IMAGE, ...BASE, ...DEVELOPMENT]
  const defaults = new Set(all.filter((line) => /^ARG \w+=/.test(line)))
  const names = [...defaults].map((line) => line.replace(/=.*/, ''))
  test.strictSame(names.toSorted(), [...new Set(names)].toSorted())
  test.equal(new Set(all.filter((line) => line.startsWith('HEALTHCHECK'))).size, 1)
  test.end()
})
