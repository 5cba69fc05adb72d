import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { INIT, makeFolder, startContainer, type ContainerOptions } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import type { Test } from 'tap'

const skip = UNLESS_PID_1

/** Prints its environment, one variable a line. */
const TELLER = 'tells: {type: oneshot, command: env, on_success: shutdown'

/** What would end or change Node, the loader or OpenSSL. */
const POISON: Readonly<Record<string, string>> = {
  NODE_OPTIONS: '--require=/nonexistent',
  NODE_EXTRA_CA_CERTS: '/nonexistent/certificates.pem',
  NODE_PATH: '/nonexistent/modules',
  LD_LIBRARY_PATH: '/nonexistent/libraries',
  OPENSSL_CONF: '/nonexistent/openssl.cnf',
  UV_THREADPOOL_SIZE: '1',
  NODE_DEBUG: 'net,child_process',
}

void t.test('NODE_OPTIONS and its kind reach the services and do not touch the supervisor', { skip }, async (test) => {
  const told = await tell(test, { file: `services: {${TELLER}}}`, environment: POISON })
  test.strictSame(pick(told.variables, Object.keys(POISON)), POISON)
  test.equal(told.status, 0)
  // What does not come from the service is the supervisor's own word, not Node's or the loader's.
  test.strictSame(
    told.text.split('\n').filter((line) => !/^(tells +|supervisor) \|/.test(line)),
    [''],
  )
})

void t.test('they reach the command too', { skip }, async (test) => {
  const container = await startContainer(test, { command: ['env'], environment: POISON })
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.strictSame(pick(variablesOf(text, /^(\w+)=(.*)$/), Object.keys(POISON)), POISON)
})

void t.test('LD_PRELOAD reaches the services and is not loaded into the supervisor', { skip }, async (test) => {
  // Where the loader itself starts the launcher, a library that is not there is only a warning of each program.
  const container = await startContainer(test, {
    file: "services: {tells: {type: oneshot, command: [printenv, LD_PRELOAD]}, stays: {command: [sleep, '1000']}}",
    environment: { LD_PRELOAD: '/nonexistent/library.so' },
  })
  await container.line(/^tells +\| \/nonexistent\/library\.so$/)
  const own = readFileSync(`/proc/${container.pid}/environ`, 'utf8').split('\0')
  test.strictSame(
    own.filter((variable) => variable.startsWith('LD_PRELOAD=')),
    [],
  )
})

void t.test('no variable of the launcher reaches the services', { skip }, async (test) => {
  const { variables } = await tell(test, { file: `services: {${TELLER}}}`, environment: POISON })
  const known = new Set([
    ...Object.keys(POISON),
    'PATH',
    'HOME',
    'PIDONE_RUNTIME_DIR',
    'PIDONE_RUN',
    'PWD',
    'OLDPWD',
    'SHLVL',
    '_',
  ])
  test.strictSame(
    [...variables.keys()].filter((name) => !known.has(name)),
    [],
  )
})

void t.test('clear_env passes nothing of the container on but what the file declares', { skip }, async (test) => {
  const file = `services: {${TELLER}, clear_env: true, environment: {PATH: , A: '1', B: '$\{HOME}'}}}`
  const { variables } = await tell(test, { file, environment: { SECRET: 'x' } })
  test.strictSame([...variables.keys()].filter((name) => name !== 'PIDONE_RUN').toSorted(), ['A', 'B', 'PATH'])
  test.equal(variables.get('B'), '/root')
})

void t.test('env_file and environment: the later wins, the service over the whole file', { skip }, async (test) => {
  const folder = makeFolder(test)
  writeFileSync(join(folder, 'first.env'), 'A=first\nB=first\nC=first\n')
  writeFileSync(join(folder, 'second.env'), `# words\nB="second  $\{HOME}"\nexport D='$A'\n`)
  const file = `
environment: {C: whole, E: whole}
services:
  tells:
    type: oneshot
    command: env
    on_success: shutdown
    env_file: [first.env, second.env, {path: none.env, required: false}]
    environment: {E: own}
`
  const { variables } = await tell(test, { folder, file })
  test.strictSame(pick(variables, ['A', 'B', 'C', 'D', 'E']), {
    A: 'first',
    B: 'second  /root',
    C: 'first',
    D: '$A',
    E: 'own',
  })
})

void t.test('required_env names all that is missing at once and ends with 78', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `required_env: [ONE, TWO, THREE]\nservices: {${TELLER}}}\n`,
    environment: { TWO: '2', THREE: '' },
  })
  const { status, text } = await container.end()
  test.equal(status, 78)
  test.match(text, /ONE/)
  test.match(text, /THREE/)
  test.notMatch(text, /TWO"/)
  test.notMatch(text, /starting/)
})

for (const [value, isEnabled] of [
  [undefined, true],
  ['true', true],
  ['yes', true],
  ['false', false],
  ['0', false],
] as const) {
  void t.test(
    `enabled: "\${X:-true}" with X ${value ?? 'unset'} is ${isEnabled ? 'on' : 'off'}`,
    { skip },
    async (test) => {
      const container = await startContainer(test, {
        file: `
services:
  db: {command: [sleep, '1000'], enabled: "\${X:-true}"}
  app: {command: [sleep, '1000'], depends_on: [db]}
`,
        environment: value === undefined ? {} : { X: value },
      })
      await container.serviceThat('app', ({ state }) => state === 'running')
      test.equal((await container.service('db')).state, isEnabled ? 'running' : 'disabled')
      test.equal((await container.status()).state, 'running')
    },
  )
}

void t.test('creates: what is there already is not made again', { skip }, async (test) => {
  const folder = makeFolder(test)
  const file = `
services:
  init: {type: oneshot, script: 'echo made; mkdir data', creates: data}
  app: {type: oneshot, command: [echo, started], depends_on: [init]}
`
  const first = await (await startContainer(test, { file, folder })).end()
  test.match(first.text, /init +\| made\n/)
  test.match(first.text, /app +\| started\n/)
  const second = await (await startContainer(test, { file, folder })).end()
  test.notMatch(second.text, /^init +\| made$/m)
  test.match(second.text, /init: completed: "data" is already there/)
  test.match(second.text, /app +\| started\n/)
})

void t.test('script runs under sh -e, command without any shell', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  words: {type: oneshot, command: "printf '<%s>' 'a  b' \\"c\\" d\\\\ e $$HOME"}
  script: {type: oneshot, script: "echo one; false; echo two", on_failure: ignore}
`,
  })
  const { text } = await container.end()
  test.match(text, /^words +\| <a {2}b><c><d e><\$HOME>$/m)
  test.match(text, /^script +\| one$/m)
  test.notMatch(text, /two/)
})

void t.test('a service runs as its user with all his groups, HOME and USER, in its folder', { skip }, async (test) => {
  const folder = makeFolder(test)
  mkdirSync(join(folder, 'deep'))
  const [, , , , , home = ''] = entry('/etc/passwd', 'daemon')
  const container = await startContainer(test, {
    folder,
    file: `
services:
  tells:
    type: oneshot
    user: daemon
    group_add: [audio, 4711]
    working_dir: ${join(folder, 'deep')}
    script: 'echo "$$(id -u) $$(id -g) $$(id -G)"; echo "$$HOME $$USER $$LOGNAME"; pwd'
`,
    environment: { USER: 'root', LOGNAME: 'root' },
  })
  const { text } = await container.end()
  const lines = [...text.matchAll(/^tells +\| (.*)$/gm)].map(([, line]) => line)
  const audio = entry('/etc/group', 'audio')[2]
  test.strictSame(lines, [`1 1 1 ${audio} 4711`, `${home} daemon daemon`, join(folder, 'deep')])
})

void t.test('a number that is no known user has group 0 and no name', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `services: {tells: {type: oneshot, user: 54321, script: 'echo "$$(id -u):$$(id -G):$$HOME:$$\{USER-none}"'}}`,
    environment: { USER: 'root' },
  })
  test.match((await container.end()).text, /^tells +\| 54321:0:\/:none$/m)
})

void t.test('init without a file anywhere is a small init for its command', { skip }, async (test) => {
  const container = await startContainer(test, {
    program: [INIT, '--'],
    command: ['sh', '-c', 'echo "$0 $1"', 'a', 'b c'],
  })
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /^a b c$/m)
})

interface Told {
  readonly status: number
  readonly text: string
  readonly variables: ReadonlyMap<string, string>
}

async function tell(test: Test, options: ContainerOptions): Promise<Told> {
  const ended = await (await startContainer(test, options)).end()
  return { ...ended, variables: variablesOf(ended.text, /^tells +\| (\w+)=(.*)$/) }
}

function variablesOf(text: string, pattern: RegExp): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = pattern.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    }),
  )
}

function pick(variables: ReadonlyMap<string, string>, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, variables.get(name)]))
}

/** The fields of an entry of passwd(5) or group(5). */
function entry(file: string, name: string): readonly string[] {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`))
  return line?.split(':') ?? []
}
