import t from 'tap'
import type { EnvReply, ExecReply } from '../../src/core/control/exec-reply.ts'
import { fake, json, run } from './support.ts'

const ENVIRONMENT: EnvReply = {
  service: 'web',
  environment: {
    PATH: '/usr/bin:/bin',
    GREETING: "it's \\ here",
    LINES: "one\ntwo\t\\ it's",
    RAW: 'a\udc80\udcff',
    ESCAPE: '\u001B[2J',
    'bash.func%%': '() { :; }',
    DB_PASSWORD: '***',
  },
  hidden: ['DB_PASSWORD'],
}

void t.test('the environment is shown a line each, sorted, and harmless to a terminal', async (test) => {
  const { folder, asked } = await fake(test, () => json(ENVIRONMENT))
  test.strictSame(await run(folder, 'env', 'web'), {
    status: 0,
    out: [
      'DB_PASSWORD=***',
      "ESCAPE=$'\\x1b[2J'",
      "GREETING=it's \\ here",
      "LINES=$'one\\ntwo\\t\\\\ it\\'s'",
      'PATH=/usr/bin:/bin',
      "RAW=$'a\\x80\\xff'",
      'bash.func%%=() { :; }',
      '',
    ].join('\n'),
    err: '',
  })
  test.strictSame(asked, [{ kind: 'env', services: ['web'], reveal: false }])
})

void t.test('as JSON it is exact, and secrets are asked for by name', async (test) => {
  const { folder, asked } = await fake(test, () => json(ENVIRONMENT))
  const { status, out, err } = await run(folder, 'env', '--json', '--reveal', 'web')
  test.strictSame([status, JSON.parse(out), err], [0, ENVIRONMENT, ''])
  test.strictSame(asked, [{ kind: 'env', services: ['web'], reveal: true }])
})

void t.test('one service and a command are wanted', async (test) => {
  const { folder, asked } = await fake(test, () => json({}))
  const one = 'supervisor: cannot show an environment: name one service; see "supervisor env --help"\n'
  const both =
    'supervisor: cannot exec: name a service and a command, as in "exec web -- sh"; see "supervisor exec --help"\n'
  for (const [words, err] of [
    [['env'], one],
    [['env', 'a', 'b'], one],
    [['exec'], both],
    [['exec', 'web'], both],
    [['exec', 'web', '--'], both],
    [['exec', '--', 'web'], both],
  ] as const) {
    test.strictSame(await run(folder, ...words), { status: 64, out: '', err }, words.join(' '))
  }
  test.strictSame(asked, [])
})

const AS: ExecReply = {
  service: 'web',
  environment: { PATH: '/usr/bin:/bin', A: 'b\udc80' },
  working_dir: '/tmp',
  user: {
    uid: process.geteuid?.() ?? 0,
    name: null,
    gid: process.getegid?.() ?? 0,
    groups: process.getgroups?.() ?? [],
  },
  umask: 0o27,
  nice: null,
  oom_score_adj: null,
  file_limit: '64',
  ulimits: {},
  cap_add: [],
  cap_drop: [],
  no_new_privileges: false,
}

void t.test('exec becomes the command, with the words and the status that are its own', async (test) => {
  const { folder, asked } = await fake(test, () => json(AS))
  const script = 'env -0 | tr "\\0" " "; pwd; umask; ulimit -Sn; echo "$@"; exit 9'
  test.strictSame(await run(folder, 'exec', 'web', 'sh', '-c', script, 'sh', '--json', '--', '-x'), {
    status: 9,
    // What the shell itself sets.
    out: 'A=b\ufffd PATH=/usr/bin:/bin PWD=/tmp /tmp\n0027\n64\n--json -- -x\n',
    err: '',
  })
  test.match(await run(folder, 'exec', 'web', '--', 'sh', '-c', 'kill -9 $$'), { status: null })
  test.match(asked, [{ kind: 'exec', services: ['web'] }])
})

void t.test('what cannot be executed has a shell’s status and its cause', async (test) => {
  const { folder } = await fake(test, () => json(AS))
  test.strictSame(await run(folder, 'exec', 'web', 'nonsense'), {
    status: 127,
    out: '',
    err: 'supervisor: cannot execute "nonsense": not found in PATH (/usr/bin:/bin)\n',
  })
  test.match(await run(folder, 'exec', 'web', '/etc/passwd'), { status: 126, err: /not executable/u })
  const elsewhere = await fake(test, () => json({ ...AS, working_dir: '/nowhere' }))
  test.match(await run(elsewhere.folder, 'exec', 'web', 'true'), { status: /12[67]/u, err: /"\/nowhere"/u })
})

void t.test('nothing of what Node changes in its own process is left to the command', async (test) => {
  const { folder } = await fake(test, () => json(AS))
  const { out } = await run(folder, 'exec', 'web', 'cat', '/proc/self/status')
  const sets = ['SigBlk', 'SigIgn', 'SigCgt'].map((name) => new RegExp(`^${name}:\\s(.*)$`, 'mu').exec(out)?.[1])
  test.strictSame(sets, Array(3).fill('0'.repeat(16)))
})
