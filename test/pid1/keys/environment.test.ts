import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder, startContainer } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { IDLE, shell, written } from '../support/written.ts'

const skip = UNLESS_PID_1

/** Prints the variables of these names. */
function tells(...names: readonly string[]): object {
  const values = names.map((name) => `${name}=<$${name}>`).join(' ')
  return { type: 'oneshot', script: shell(`echo "${values}"`), on_failure: 'ignore' }
}

t.jobs = 4

void t.test(
  'environment: of the service over that of all over env_file, and a bare name',
  { skip, buffered: true },
  async (test) => {
    const folder = makeFolder(test)
    writeFileSync(join(folder, 'all.env'), 'A=file\nB=file\nC=file\n')
    writeFileSync(join(folder, 'own.env'), 'B=own file\nC=own file\n')
    const file = written(
      {
        tells: { ...tells('A', 'B', 'C', 'D', 'E'), env_file: 'own.env', environment: { C: 'own', D: null } },
        list: { ...tells('A', 'D'), environment: ['A=list', 'D'] },
      },
      { env_file: 'all.env', environment: { E: 'all' } },
    )
    const container = await startContainer(test, { folder, file, environment: { D: 'container' } })
    const { text } = await container.end()
    test.match(text, /^tells +\| A=<file> B=<own file> C=<own> D=<container> E=<all>$/m)
    test.match(text, /^list +\| A=<list> D=<container>$/m)
  },
)

void t.test(
  'env_file[].path, env_file[].required and env_file[].format: which files, and how they are read',
  { skip, buffered: true },
  async (test) => {
    const folder = makeFolder(test)
    writeFileSync(join(folder, 'some.env'), `A="one  two" # a word\nB='$\{HOME}'\nC=$\{HOME}\n`)
    const file = written({
      plain: { ...tells('A', 'B', 'C'), env_file: [{ path: 'some.env' }, { path: 'none.env', required: false }] },
      raw: { ...tells('A', 'B', 'C'), env_file: [{ path: 'some.env', format: 'raw' }] },
    })
    const { text } = await (await startContainer(test, { folder, file })).end()
    test.match(text, /^plain +\| A=<one {2}two> B=<\$\{HOME\}> C=<\/root>$/m)
    test.match(text, /^raw +\| A=<"one {2}two" # a word> B=<'\$\{HOME\}'> C=<\$\{HOME\}>$/m)

    const missing = written({ app: { ...IDLE, env_file: [{ path: 'none.env' }] } })
    const ended = await (await startContainer(test, { file: missing })).end()
    test.equal(ended.status, 78)
    test.match(ended.text, /services\.app\.env_file.*none\.env/)
  },
)

void t.test('expand_file_env: variables from the files that others name', { skip, buffered: true }, async (test) => {
  const folder = makeFolder(test)
  mkdirSync(join(folder, 'secrets'))
  writeFileSync(join(folder, 'secrets', 'a'), 'first\n')
  writeFileSync(join(folder, 'secrets', 'b'), 'second\n\n')
  const environment = { A_FILE: join(folder, 'secrets', 'a'), B_FILE: join(folder, 'secrets', 'b') }
  const service = { ...tells('A', 'B'), environment }
  const file = written({
    none: service,
    all: { ...service, expand_file_env: true },
    one: { ...service, expand_file_env: ['A'] },
  })
  const { text } = await (await startContainer(test, { folder, file })).end()
  test.match(text, /^none +\| A=<> B=<>$/m)
  test.match(text, /^all +\| A=<first> B=<second$/m)
  test.match(text, /^one +\| A=<first> B=<>$/m)

  const both = written({ app: { ...IDLE, environment: { ...environment, A: 'x' }, expand_file_env: true } })
  const ended = await (await startContainer(test, { folder, file: both })).end()
  test.equal(ended.status, 78)
  test.match(ended.text, /"A"[^\n]*"A_FILE"|"A_FILE"[^\n]*"A"/)
})

void t.test(
  'expand_file_env: files of last resort, which an earlier service may have written',
  { skip, buffered: true },
  async (test) => {
    const folder = makeFolder(test)
    const file = written({
      init: { type: 'oneshot', script: shell('printf "correct-horse\n" > made') },
      web: {
        ...IDLE,
        depends_on: ['init'],
        expand_file_env: { A: 'made', B: 'given', NONE: 'none' },
        healthcheck: {
          test: `echo "A=<$$A> B=<$$B> NONE=<$$NONE>"; exit 1`,
          interval: '30ms',
          retries: 1,
          on_unhealthy: 'ignore',
        },
        ready: { delay: '0s' },
      },
      bad: { ...IDLE, depends_on: ['init'], expand_file_env: { A: '.' }, on_failure: 'ignore', restart: 'no' },
    })
    const container = await startContainer(test, { folder, file, environment: { B: 'container' } })
    const { check } = await container.serviceThat('web', ({ health }) => health === 'unhealthy')
    test.equal(check?.output, 'A=<***> B=<container> NONE=<>\n')
    const asked = await container.supervisor('env', 'web')
    test.match(asked.stdout, /^A=\*\*\*$/m)
    test.notMatch(asked.stdout, /NONE/)
    const inside = await container.supervisor('exec', 'web', '--', 'sh', '-c', 'echo "$A"')
    test.equal(inside.stdout, 'correct-horse\n')
    test.match(await container.service('bad'), {
      state: 'failed',
      reason: /cannot read ".*" for "A": it is a directory/,
    })
    container.signal('SIGTERM')
    await container.end()
  },
)

void t.test('secrets: their values are never told by the supervisor', { skip, buffered: true }, async (test) => {
  const word = 'correct-horse-battery'
  const file = written(
    {
      web: {
        ...IDLE,
        environment: { DATABASE_URL: `postgres://${word}@db` },
        healthcheck: {
          test: `echo "postgres://${word}@db is down"; exit 1`,
          interval: '30ms',
          retries: 2,
          on_unhealthy: 'ignore',
        },
        ready: { delay: '0s' },
      },
      plain: {
        ...IDLE,
        environment: { ADDRESS: 'a-plain-address' },
        healthcheck: {
          test: 'echo "a-plain-address is down"; exit 1',
          interval: '30ms',
          retries: 2,
          on_unhealthy: 'ignore',
        },
        ready: { delay: '0s' },
      },
    },
    { secrets: ['DATABASE_URL'] },
  )
  const container = await startContainer(test, { file })
  const { check } = await container.serviceThat('web', ({ health }) => health === 'unhealthy')
  const plain = await container.serviceThat('plain', ({ health }) => health === 'unhealthy')
  test.match(check?.output, /\*\*\* is down/)
  test.match(plain.check?.output, /a-plain-address is down/)
  const told = await container.supervisor('status')
  container.signal('SIGTERM')
  const { text } = await container.end()
  test.match(text, /web: unhealthy: 2 checks in a row failed \(\*\*\* is down\)/)
  test.notMatch(text + told.stdout, word)
})

void t.test(
  'name, description and labels: for people and tools, in the status',
  { skip, buffered: true },
  async (test) => {
    const file = written(
      {
        web: { ...IDLE, description: 'Answers HTTP', labels: { team: 'shop', tier: '1' } },
        list: { ...IDLE, labels: ['team=shop'] },
        plain: IDLE,
      },
      { name: 'the-shop' },
    )
    const container = await startContainer(test, { file })
    test.equal((await container.status()).name, 'the-shop')
    test.match(await container.service('web'), { description: 'Answers HTTP', labels: { team: 'shop', tier: '1' } })
    test.match(await container.service('list'), { labels: { team: 'shop' } })
    test.match(await container.service('plain'), { description: null, labels: {} })
  },
)
