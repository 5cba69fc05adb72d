import t from 'tap'
import { restoreEnvironment } from '../../src/cli/own-environment.ts'

void t.test('renamed variables have their names again, and nothing else changes', async (test) => {
  const own = {
    PATH: '/bin',
    PIDONE_KEEP_NODE_OPTIONS: '--require=/x',
    PIDONE_KEEP_X: 'not renamed by the launcher',
    PIDONE_KEPT: ' NODE_OPTIONS LD_PRELOAD',
    PIDONE_COPY_FD: 'none',
    PIDONE_CONFIG: '/f',
    GONE: undefined,
    PIDONE_KEEP_LD_PRELOAD: '',
  }
  test.strictSame(
    [...restoreEnvironment(own)],
    [
      ['PATH', '/bin'],
      ['PIDONE_KEEP_X', 'not renamed by the launcher'],
      ['PIDONE_CONFIG', '/f'],
      ['NODE_OPTIONS', '--require=/x'],
      ['LD_PRELOAD', ''],
    ],
  )
})

void t.test('what the container set wins over what the supervisor was given for itself', async (test) => {
  const own = { PIDONE_KEEP_NODE_PATH: 'of the container', NODE_PATH: 'of the supervisor', PIDONE_KEPT: ' NODE_PATH' }
  test.strictSame(restoreEnvironment(own), new Map([['NODE_PATH', 'of the container']]))
})
