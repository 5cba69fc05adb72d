import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'
import { script } from '../system/fixture.ts'

const skip = UNLESS_PID_1

const STORM = `
services:
  orphans:
    command: [${script('leaves-orphans')}, '10000']
    type: oneshot
    success_exit_codes: [9]
  other:
    command: [sleep, '1000']
`

/** What the reaping of the last ones may take, and how often it may take longer: the machine is not ours alone. */
const REAPED_MS = 200
const TRIES = 3

for (const pid1 of ['program', 'parent'] as const) {
  const where = pid1 === 'program' ? 'as PID 1' : 'below another PID 1'

  void t.test(`${where} 10,000 orphans leave no zombie 200 ms after the last one ended`, { skip }, async (test) => {
    const took: number[] = []
    while (took.length < TRIES && !took.some((ms) => ms <= REAPED_MS)) {
      const container = await startContainer(test, { pid1, file: STORM })
      const { at } = await container.line(/orphans: completed: exited with 9/, { withinMs: 60_000 })
      await until('no zombie', () => container.processes().every(({ state }) => state !== 'Z'))
      took.push(performance.now() - at)
      test.strictSame(container.names(), ['sleep'])
      await container.kill()
    }
    test.ok(Math.min(...took) <= REAPED_MS, `after ${took.join(', ')} ms`)
  })
}

void t.test('an orphan of somebody who came from outside is reaped too', { skip }, async (test) => {
  const container = await startContainer(test, {
    command: ['sh', '-c', 'setsid sh -c "sleep 0.05 & exit" ; sleep 1000'],
  })
  await until('only the command', () => {
    const names = container.processes().map(({ name }) => name)
    return (
      names.includes('sleep') &&
      names.filter((name) => name === 'sleep').length === 1 &&
      container.processes().every(({ state }) => state !== 'Z')
    )
  })
  test.pass()
})

void t.test('the exit codes of 200 services that end at the same time are all right', { skip }, async (test) => {
  const services = Array.from({ length: 200 }, (_, index) => `s${index}`)
  const lines = services.map((name, index) => {
    const end = index % 4 === 3 ? 'kill -KILL $$$$' : `exit ${index}`
    return `  ${name}: {script: 'read _ < gate || :; ${end}', restart: 'no', on_failure: ignore}`
  })
  const container = await startContainer(test, {
    file: `services:\n  gate: {type: oneshot, command: mkfifo gate}\n${lines.map(waitsForGate).join('\n')}\n  stays: {command: [sleep, '1000']}\n`,
  })
  await container.line(/gate: completed/)
  await until('all to wait', () => container.processes().filter(({ name }) => name === 'sh').length === 200, 60_000)
  // Nobody writes: the end of the file comes to all of them at once.
  closeSync(openSync(join(container.folder, 'gate'), 'w'))
  const status = await until(
    'all to end',
    async () => {
      const now = await container.status()
      return now.services.filter(({ name, exit }) => name.startsWith('s') && exit !== null).length === 200 && now
    },
    60_000,
  )
  const exits = status.services.filter(({ name }) => services.includes(name)).map(({ exit }) => exit)
  const expected = services.map((_, index) =>
    index % 4 === 3 ? { code: null, signal: 'SIGKILL' } : { code: index, signal: null },
  )
  test.strictSame(exits, expected)
  test.ok(container.processes().every(({ state }) => state !== 'Z'))
})

function waitsForGate(line: string): string {
  return line.replace('{', '{depends_on: [gate], ')
}
