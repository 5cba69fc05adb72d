import t from 'tap'
import { restoreEnvironment } from '../../src/cli/own-environment.ts'

void t.test('renamed variables have their names again, and nothing else changes', async (test) => {
  const own = { PATH: '/bin', PIDONE_KEEP_NODE_OPTIONS: '--require=/x', PIDONE_CONFIG: '/f', GONE: undefined }
  test.strictSame(
    restoreEnvironment(own),
    new Map([
      ['PATH', '/bin'],
      ['PIDONE_CONFIG', '/f'],
      ['NODE_OPTIONS', '--require=/x'],
    ]),
  )
})

void t.test('a variable that was set to nothing stays set to nothing', async (test) => {
  test.strictSame(restoreEnvironment({ PIDONE_KEEP_LD_PRELOAD: '' }), new Map([['LD_PRELOAD', '']]))
})

void t.test('what the container set wins over what the supervisor was given for itself', async (test) => {
  const own = { PIDONE_KEEP_NODE_PATH: 'of the container', NODE_PATH: 'of the supervisor' }
  test.strictSame(restoreEnvironment(own), new Map([['NODE_PATH', 'of the container']]))
})
