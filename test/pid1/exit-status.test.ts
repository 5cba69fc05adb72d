import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder, startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const skip = UNLESS_PID_1

const COMMANDS: readonly (readonly [string, readonly string[], number])[] = [
  ["sh -c 'exit 7' ends with 7", ['sh', '-c', 'exit 7'], 7],
  ["sh -c 'kill -9 $$' ends with 137", ['sh', '-c', 'kill -9 $$'], 137],
  ["sh -c 'kill -TERM $$' ends with 143", ['sh', '-c', 'kill -TERM $$'], 143],
  ['true ends with 0', ['true'], 0],
  ['a missing command ends with 127', ['no-such-command'], 127],
  ['a missing path ends with 127', ['/no/such/command'], 127],
]

for (const [name, command, status] of COMMANDS) {
  void t.test(`bin/init ${name}`, { skip }, async (test) => {
    const container = await startContainer(test, { command })
    test.equal((await container.end()).status, status)
  })
}

void t.test('a missing command is named', { skip }, async (test) => {
  const container = await startContainer(test, { command: ['no-such-command', 'word'] })
  test.match((await container.end()).text, /^supervisor \| error: cannot execute "no-such-command": not found in PATH/m)
})

void t.test('a text file without exec bit ends with 126', { skip }, async (test) => {
  const folder = makeFolder(test)
  const script = join(folder, 'script')
  writeFileSync(script, '#!/bin/sh\n')
  chmodSync(script, 0o644)
  const container = await startContainer(test, { folder, command: [script] })
  const { status, text } = await container.end()
  test.equal(status, 126)
  test.match(text, /cannot execute ".*script": .*not executable/)
})

void t.test(
  "with a file, the command's status is the container's too, after the services went down",
  { skip },
  async (test) => {
    const container = await startContainer(test, {
      file: `
services:
  web:
    command: [sleep, '1000']
`,
      command: ['sh', '-c', 'echo hello; exit 7'],
    })
    const { status, text } = await container.end()
    test.equal(status, 7)
    // What the command writes goes around the supervisor: `starting` may come behind it.
    const lines = text
      .trimEnd()
      .split('\n')
      .filter((line) => line !== 'supervisor | web: starting')
    test.strictSame(lines, [
      'hello',
      'supervisor | shutting down: the command has ended, exited with 7',
      'supervisor | web: stopping (SIGTERM, SIGKILL after 10 s)',
      'supervisor | web: stopped, killed by SIGTERM',
      'supervisor | ended with status 7: the command has ended, exited with 7',
    ])
  },
)

void t.test('a bad file ends with 78 and one picture a problem; nothing is started', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `services:
  web:
    comand: [sleep, '1000']
    depends_on: [dbb]
  db:
    command: [touch, started]
    stop_grace_period: ten
`,
  })
  const { status, text } = await container.end()
  test.equal(status, 78)
  const places = [...text.matchAll(/^(\S*services\.yaml:\d+:\d+): (\S+)/gm)].map(([, place, path]) => [place, path])
  test.strictSame(places, [
    ['services.yaml:2:3', 'services.web:'],
    ['services.yaml:3:5', 'services.web.comand:'],
    ['services.yaml:4:18', 'services.web.depends_on:'],
    ['services.yaml:7:24', 'services.db.stop_grace_period:'],
  ])
  test.equal([...text.matchAll(/^[ |]*\^+$/gm)].length, places.length, text)
  test.match(text, /did you mean "command"\?/)
  test.match(text, /did you mean "db"\?/)
  test.notMatch(text, /starting/)
})

void t.test('no file and no command end with 78 and name the places', { skip }, async (test) => {
  const { status, text } = await (await startContainer(test)).end()
  test.equal(status, 78)
  test.match(text, /"services\.yaml", "services\.yml", "\/etc\/pidone\/services\.yaml"/)
})

void t.test('a command line that cannot be understood ends with 64', { skip }, async (test) => {
  const { status, text } = await (await startContainer(test, { command: ['--no-such-option'] })).end()
  test.equal(status, 64)
  test.match(text, /"--no-such-option"/)
})

interface Case {
  readonly name: string
  readonly keys: readonly string[]
  readonly status: number
}

const ENDINGS: readonly Case[] = [
  {
    name: 'on_success: shutdown ends with the code of success',
    keys: ["script: 'exit 0'", 'restart: on-failure', 'on_success: shutdown'],
    status: 0,
  },
  {
    name: 'on_success: shutdown with a code that counts as success ends with that code',
    keys: ["script: 'exit 3'", "restart: 'no'", 'success_exit_codes: [0, 3]', 'on_success: shutdown'],
    status: 3,
  },
  {
    name: 'on_failure: shutdown ends with the code of the failure',
    keys: ["script: 'exit 9'", "restart: 'no'"],
    status: 9,
  },
  {
    name: 'on_failure: shutdown ends with 128 and the signal',
    keys: ["script: 'kill -SEGV $$$$'", "restart: 'no'"],
    status: 139,
  },
  {
    name: 'the last of the attempts gives the status',
    keys: ["script: 'exit 4'", 'restart: {policy: on-failure, delay: 1ms, max_attempts: 2}'],
    status: 4,
  },
  {
    name: 'a service that is not ready in time ends the container with 1',
    keys: ["command: [sleep, '1000']", 'ready: {file: never}', 'start_timeout: 50ms', "restart: 'no'"],
    status: 1,
  },
  {
    name: 'a service whose command is missing ends the container with 127',
    keys: ['command: no-such-command', "restart: 'no'"],
    status: 127,
  },
]

for (const { name, keys, status } of ENDINGS) {
  void t.test(name, { skip }, async (test) => {
    const lines = [
      'services:',
      '  other:',
      "    command: [sleep, '1000']",
      '  main:',
      ...keys.map((key) => `    ${key}`),
    ]
    const container = await startContainer(test, { file: lines.join('\n') })
    const ended = await container.end()
    test.equal(ended.status, status, ended.text)
    test.match(ended.text, /^supervisor \| other: stopped, killed by SIGTERM$/m)
    test.match(ended.text, new RegExp(`^supervisor \\| ended with status ${status}: "main" has `, 'm'))
  })
}

void t.test('on_failure: ignore lets the others go on', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  fails: {script: exit 9, restart: 'no', on_failure: ignore}
  other: {command: [sleep, '1000']}
`,
  })
  await container.line(/fails: failed/)
  test.match(await container.service('fails'), {
    state: 'failed',
    exit: { code: 9, signal: null },
    wanted: true,
    well: false,
  })
  test.equal((await container.status()).state, 'degraded')
  test.equal((await container.service('other')).state, 'running')
})

void t.test(
  'a migration that exits 3 ends the container with 3; its last lines are told, the app never was',
  { skip },
  async (test) => {
    const container = await startContainer(test, {
      file: `
services:
  migrate:
    type: oneshot
    script: |
      for line in 1 2 3; do echo "migrating $$line"; done
      printf 'relation is missing' >&2
      exit 3
  app:
    command: [touch, app-was-here]
    depends_on: [migrate]
`,
    })
    const { status, text } = await container.end()
    test.equal(status, 3)
    const lines = text.trimEnd().split('\n')
    const shutdown = 'supervisor | error: shutting down: "migrate" has failed'
    test.strictSame(lines.slice(lines.indexOf(shutdown)), [
      shutdown,
      'supervisor | error: migrate: failed: exited with 3; its last lines:',
      'supervisor | error:   migrating 1',
      'supervisor | error:   migrating 2',
      'supervisor | error:   migrating 3',
      'supervisor | error:   relation is missing',
      'supervisor | error: never started because of that: app',
      'supervisor | ended with status 3: "migrate" has failed',
    ])
    test.notMatch(text, /app: starting/)
    test.notMatch(text, /app-was-here/)
  },
)

void t.test('supervisor shutdown with a code ends in order with that code', { skip }, async (test) => {
  const container = await startContainer(test, { file: "services: {web: {command: [sleep, '1000']}}" })
  test.equal((await container.supervisor('shutdown', '--code', '42')).status, 0)
  const { status, text } = await container.end()
  test.equal(status, 42)
  test.match(text, /web: stopped, killed by SIGTERM/)
})
