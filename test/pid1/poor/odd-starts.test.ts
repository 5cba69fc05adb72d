import t from 'tap'
import { inside, startImage } from '../support/image.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { seeThrough, SMALL_STACK, type Chain } from '../support/small-stack.ts'
import { until } from '../support/until.ts'

const skip = UNLESS_PID_1
t.jobs = 4

/** Runs lines of sh before the program, in its process. */
function after(lines: string): Chain {
  return ['sh', '-c', `${lines}\nexec "$@"`, 'sh']
}

const LONG_NAME = `ö${'x'.repeat(62)}`

for (const [name, options] of [
  ['LC_ALL=C, and no TERM, USER and HOME', { environment: { LC_ALL: 'C' }, chain: after('unset TERM USER HOME') }],
  [
    'a Turkish locale, a dumb terminal without columns',
    { environment: { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TERM: 'dumb', COLUMNS: '0' } },
  ],
  ['a locale that is none', { environment: { LC_ALL: 'no_SUCH.UTF-77', LANG: '/../..' } }],
  [
    'ignored and blocked signals',
    { chain: [...after("trap '' HUP INT QUIT TERM USR1 USR2 CHLD PIPE ALRM IO"), 'env', '--block-signal'] },
  ],
  [
    'nothing in the environment, at nice 19',
    { chain: ['nice', '-n', '19', 'env', '-i', 'PATH=/opt/node:/usr/bin:/bin'] },
  ],
  [
    `a host name of 64 bytes`,
    { chain: ['unshare', '--uts', '--', 'sh', '-c', `hostname ${LONG_NAME}; exec "$@"`, 'sh'] },
  ],
  [
    'an empty host name',
    { chain: ['unshare', '--uts', '--', 'sh', '-c', 'echo >/proc/sys/kernel/hostname; exec "$@"', 'sh'] },
  ],
] as const) {
  void t.test(`with ${name} all is as ever`, { skip, buffered: true }, async (test) => {
    const container = await startImage(test, { file: SMALL_STACK, ...options })
    test.notMatch(await seeThrough(test, container), /warning|error/)
  })
}

void t.test('stdin, stdout and stderr may be closed at the start', { skip, buffered: true }, async (test) => {
  const container = await startImage(test, { file: SMALL_STACK, chain: after('exec 0<&- 1>&- 2>&-') })
  const isUp = async (): Promise<boolean> => (await inside(container, ['health'])).status === 0
  await until('all to be well', isUp)
  // Now and then there is a health check beside.
  await until('nothing but the services', () => container.names().join(' ') === 'sleep sleep')
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
})

const GONE = 'mkdir /tmp/gone; cd /tmp/gone; rmdir /tmp/gone'
const TOLD = 'supervisor: warning: the current folder does not exist any more; "/" takes its place'

void t.test(
  'where the current folder is gone, / takes its place, for services and clients',
  { skip, buffered: true },
  async (test) => {
    const container = await startImage(test, {
      file: SMALL_STACK.replace('echo prepared', 'pwd'),
      environment: { PIDONE_CONFIG: '/data/services.yaml' },
      chain: after(GONE),
    })
    const text = await seeThrough(test, container, after(GONE))
    test.match(text, /^prepare +\| \/$/m)
    test.match(text, TOLD)
  },
)

void t.test('a file that is named from a folder that is gone is not there', { skip, buffered: true }, async (test) => {
  const container = await startImage(test, { chain: after(GONE), command: ['-f', 'my.yaml'] })
  const { status, text } = await container.end()
  test.equal(status, 78)
  test.equal(
    text.replace(/^sh: .*\n/, ''),
    `${TOLD}\nmy.yaml: cannot read the file: no such file; name another with "-f FILE"\n\n1 error\n`,
  )
})

void t.test('a current folder that nobody may enter hinders nobody', { skip, buffered: true }, async (test) => {
  const user = ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups', '--']
  const container = await startImage(test, {
    file: SMALL_STACK,
    change: 'mkdir -m 700 closed',
    environment: { PIDONE_CONFIG: '/data/services.yaml' },
    chain: [...after('cd /closed'), ...user],
  })
  test.notMatch(await seeThrough(test, container, user), /warning|error/)
})
