import t from 'tap'
import { saysReady } from '../../../src/core/service/notification.ts'

void t.test('a message says READY=1 in a line of its own, wherever that stands', (test) => {
  const ready = ['READY=1', 'READY=1\n', 'STATUS=up\nREADY=1', 'READY=1\nSTATUS=up\nMAINPID=7\n']
  for (const message of ready) test.equal(saysReady(message), true, JSON.stringify(message))
  test.end()
})

void t.test('nothing else is readiness', (test) => {
  const others = [
    '',
    '\n',
    'READY=0',
    'READY=10',
    'READY= 1',
    'XREADY=1',
    'STATUS=READY=1',
    'ready=1',
    'RELOADING=1',
    'WATCHDOG=1',
  ]
  for (const message of others) test.equal(saysReady(message), false, JSON.stringify(message))
  test.end()
})
