import t from 'tap'
import { createGuard, type Guard } from '../../src/system/guard.ts'
import { startReaper } from '../../src/system/reaper.ts'

startReaper()

function guardWith(script: string, told: string[]): Guard {
  const options = { script, sweeper: [], environment: new Map<string, string>(), supervisorId: '0123456789ab' }
  return createGuard({ ...options, failed: (message) => void told.push(message) })
}

void t.test('a guard that cannot be started is told of once', async (test) => {
  const told: string[] = []
  const guard = guardWith('/nonexistent/pidone-guard', told)
  guard.start()
  guard.start()
  await guard.end()
  test.strictSame(told, [
    'cannot guard the services: cannot execute "/nonexistent/pidone-guard": ENOENT; should the supervisor be killed, they live on',
  ])
})

void t.test('one that is ended is waited for, and nobody is told', async (test) => {
  const told: string[] = []
  const guard = guardWith('/bin/cat', told)
  guard.start()
  await guard.end()
  await guard.end()
  guard.start()
  test.strictSame(told, [])
})

void t.test('one that was not needed has no end', async (test) => {
  await guardWith('/bin/cat', []).end()
  test.end()
})
