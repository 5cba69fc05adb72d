import t from 'tap'
import type { Process, ProcessListener, SpawnRequest } from '../../src/core/machine.ts'
import { spawnInTurns } from '../../src/system/spawn-turns.ts'
import { serviceConfig } from '../core/support.ts'

/** A machine on which each spawn takes 8 ms, and all that was done, in words. */
function machine(): {
  readonly done: string[]
  readonly news: () => readonly string[]
  readonly spawn: (name: string, isWanted?: () => boolean) => Process
} {
  const done: string[] = []
  let now = 0
  const spawn = spawnInTurns(
    ({ service: { name } }) => {
      now += 8
      done.push(`spawn ${name}`)
      if (name === 'bug') throw new Error('a bug of ours')
      return {
        signal: (signal) => done.push(`${name} ${signal}`),
        clear: (cleared) => cleared(),
        followMain: () => true,
        pauseOutput: () => done.push(`${name} pause`),
        resumeOutput: () => done.push(`${name} resume`),
      }
    },
    () => now,
  )
  const listener = (name: string): ProcessListener => ({
    spawned: () => {},
    failed: ({ message, status }) => done.push(`${name} failed: ${message} (${status})`),
    output: () => {},
    outputEnded: () => done.push(`${name} output ended`),
    notified: () => {},
    exited: () => {},
  })
  return {
    done,
    news: () => done.splice(0),
    spawn: (name, isWanted) => spawn(request(name), { ...listener(name), ...(isWanted && { isWanted }) }),
  }
}

function request(name: string): SpawnRequest {
  return { service: serviceConfig({ name }), runId: name, stdio: 'service' }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

void t.test('a crowd is spawned in its order, some each turn', async (test) => {
  const { news, spawn } = machine()
  for (const name of 'abcdefgh') spawn(name)
  const turns = [news()]
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn()
    turns.push(news())
  }
  test.strictSame(turns, [
    ['spawn a', 'spawn b', 'spawn c'],
    ['spawn d', 'spawn e', 'spawn f'],
    ['spawn g', 'spawn h'],
    [],
  ])
  spawn('later')
  test.strictSame(news(), ['spawn later'], 'at once')
})

void t.test('who comes while others wait waits behind them', async (test) => {
  const { news, spawn } = machine()
  for (const name of 'abcd') spawn(name)
  await nextTurn()
  spawn('e')
  spawn('f')
  spawn('g')
  test.strictSame(news(), ['spawn a', 'spawn b', 'spawn c', 'spawn d', 'spawn e', 'spawn f'])
  await nextTurn()
  test.strictSame(news(), ['spawn g'])
})

void t.test('what nobody wants any more when its turn comes fails, and is not spawned', async (test) => {
  const { news, spawn } = machine()
  for (const name of 'abc') spawn(name)
  let isWanted = true
  spawn('d', () => isWanted)
  spawn('e', () => true)
  isWanted = false
  news()
  await nextTurn()
  test.strictSame(news(), ['d failed: nobody wants it any more (126)', 'spawn e'])
})

void t.test('a bug of ours in a later turn is a fault, a failed start, and no end of the others', async (test) => {
  const { news, spawn, done } = machine()
  for (const name of ['a', 'b', 'c', 'bug', 'd']) spawn(name)
  news()
  process.setUncaughtExceptionCaptureCallback(({ message }) => done.push(`fault: ${message}`))
  test.teardown(() => process.setUncaughtExceptionCaptureCallback(null))
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  // The fault comes before what it has led to: it says how all of it ends.
  test.strictSame(news(), ['spawn bug', 'fault: a bug of ours', 'spawn d', 'bug failed: a bug of ours (126)'])
})

void t.test('what is cleared before its turn is not spawned', async (test) => {
  const { news, spawn } = machine()
  for (const name of 'abc') spawn(name)
  const { clear } = spawn('d')
  news()
  await new Promise<void>((resolve) => clear(resolve))
  test.strictSame(news(), ['d output ended'])
  await nextTurn()
  test.strictSame(news(), [])
})

void t.test('what is killed before its turn is not spawned', async (test) => {
  const { news, spawn } = machine()
  for (const name of 'abc') spawn(name)
  spawn('d').signal('SIGKILL', 'group')
  news()
  await nextTurn()
  test.strictSame(news(), [])
})

void t.test('a process that waited for its turn is as any other after it', async (test) => {
  const { news, spawn } = machine()
  for (const name of 'abc') spawn(name)
  const process = spawn('d')
  process.pauseOutput()
  test.equal(process.followMain(7), false)
  news()
  await nextTurn()
  process.resumeOutput()
  process.signal('SIGTERM', 'process')
  test.strictSame(news(), ['spawn d', 'd pause', 'd resume', 'd SIGTERM'])
  test.equal(process.followMain(7), true)
})
