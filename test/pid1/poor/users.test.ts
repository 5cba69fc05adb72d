import t from 'tap'
import { inside, startImage } from '../support/image.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { seeThrough, SMALL_STACK } from '../support/small-stack.ts'

const skip = UNLESS_PID_1
t.jobs = 4

const NO_RIGHTS = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs']

for (const [who, ids, environment] of [
  [
    'a user without capabilities, new privileges and a home',
    ['--reuid=65534', '--regid=65534'],
    { HOME: '/nonexistent' },
  ],
  ['a random user of group 0, as OpenShift has it', ['--reuid=1000650000', '--regid=0'], { HOME: '/' }],
] as const) {
  const chain = ['setpriv', ...ids, '--clear-groups', ...NO_RIGHTS, '--']
  void t.test(`${who} can be PID 1, and be asked by itself and by root`, { skip, buffered: true }, async (test) => {
    const container = await startImage(test, { file: SMALL_STACK, chain, environment })
    await container.line(/app: healthy/)
    test.equal((await inside(container, ['status'])).status, 0)
    test.notMatch(await seeThrough(test, container, chain), /warning|error/)
  })
}

for (const umask of ['0777', '0000']) {
  void t.test(
    `a user with a umask of ${umask} can be PID 1, and services have that umask`,
    { skip, buffered: true },
    async (test) => {
      const user = ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups', '--']
      const container = await startImage(test, {
        file: SMALL_STACK.replace('echo prepared', 'umask'),
        chain: ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh', ...user],
      })
      test.match(await seeThrough(test, container, user), new RegExp(`^prepare +\\| ${umask}$`, 'm'))
    },
  )
}
