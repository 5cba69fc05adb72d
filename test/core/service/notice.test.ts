import t from 'tap'
import { parseNotices, type Notice } from '../../../src/core/service/notice.ts'

void t.test('each line that is understood is a notice, in its order', (test) => {
  const table: Readonly<Record<string, readonly Notice[]>> = {
    'READY=1': [{ kind: 'ready' }],
    'READY=1\n': [{ kind: 'ready' }],
    'STATUS=up\nREADY=1': [{ kind: 'status', text: 'up' }, { kind: 'ready' }],
    'READY=1\nSTATUS=up\nMAINPID=7\n': [
      { kind: 'ready' },
      { kind: 'status', text: 'up' },
      { kind: 'main-process', pid: 7 },
    ],
    'RELOADING=1\nMONOTONIC_USEC=12': [{ kind: 'reloading' }],
    'STOPPING=1': [{ kind: 'stopping' }],
    'WATCHDOG=1': [{ kind: 'keep-alive' }],
    'WATCHDOG=trigger': [{ kind: 'watchdog-trigger' }],
    'WATCHDOG_USEC=2500': [{ kind: 'watchdog-period', watchdogMs: 2.5 }],
    'WATCHDOG_USEC=0': [{ kind: 'watchdog-period', watchdogMs: null }],
    // USEC_INFINITY of systemd.
    'WATCHDOG_USEC=18446744073709551615': [{ kind: 'watchdog-period', watchdogMs: null }],
    'EXTEND_TIMEOUT_USEC=30000000': [{ kind: 'extend-timeout', byMs: 30_000 }],
    'ERRNO=2': [{ kind: 'errno', errno: 2 }],
    'MAINPID=7\nREADY=1\nMAINPID=8': [{ kind: 'ready' }, { kind: 'main-process', pid: 8 }],
    'STATUS=a=b': [{ kind: 'status', text: 'a=b' }],
    'STATUS=READY=1': [{ kind: 'status', text: 'READY=1' }],
    'STATUS=': [{ kind: 'status', text: null }],
  }
  for (const [message, notices] of Object.entries(table)) test.same(parseNotices(message), notices, message)
  test.end()
})

void t.test('what is no notice is ignored, and so is what a key cannot mean', (test) => {
  const others = [
    '',
    '\n',
    '=',
    'READY',
    'READY=',
    'READY=0',
    'READY=10',
    'READY= 1',
    'XREADY=1',
    'ready=1',
    'RELOADING=0',
    'STOPPING=yes',
    'WATCHDOG=0',
    'WATCHDOG=2',
    'WATCHDOG_USEC=',
    'WATCHDOG_USEC=-1',
    'WATCHDOG_USEC=1e6',
    'WATCHDOG_USEC=5s',
    'EXTEND_TIMEOUT_USEC=0x10',
    'EXTEND_TIMEOUT_USEC=999999999999999999999',
    'MAINPID=0',
    'MAINPID=-4',
    'MAINPID=4294967296',
    'MAINPID=12a',
    'ERRNO=ENOENT',
    'ERRNO=-2',
    'FDSTORE=1',
    'constructor=1',
  ]
  for (const message of others) test.same(parseNotices(message), [], JSON.stringify(message))
  test.end()
})
