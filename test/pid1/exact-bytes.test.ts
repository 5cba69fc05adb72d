import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { INIT, makeFolder, startContainer, SUPERVISOR } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const skip = UNLESS_PID_1

/** Every byte that can stand in a variable or an argument; as all texts here, a character a byte. */
const ALL = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).join('')

/** What a shell drops or changes, what Node or the loader takes for itself, and what is no text. */
const ODD: readonly (readonly [name: string, value: string])[] = [
  ['ALL', ALL],
  ['discovery.type', 'single-node'],
  ['a-b', 'dash'],
  ['lower case', 'blank'],
  ['1A', 'digit'],
  ['\xff\xfe', 'no text'],
  ['\xc3\xa4', 'a letter'],
  ['', 'no name'],
  ['__proto__', 'an object has it'],
  ['EMPTY', ''],
  ['LINES', 'one\ntwo\n\n'],
  ['QUOTES', `'"\`$(false)\\`],
  ['NODE_OPTIONS', '--require=/nonexistent'],
  ['LD_PRELOAD', '/nonexistent.so'],
  ['LD_LIBRARY_PATH', '/nonexistent\xff'],
  ['OPENSSL_CONF', '/nonexistent'],
  ['PIDONE_KEEP_NODE_OPTIONS', 'mine'],
  ['PIDONE_KEEP_X', 'mine too'],
  ['PIDONE_KEPT', 'X'],
  ['PIDONE_COPY_FD', '0'],
  ['PIDONE_WRITE_CODE_CACHE', '1'],
  ['_', '/x'],
  ['PWD', '/nonexistent'],
  ['OLDPWD', ''],
  ['SHLVL', '41'],
  ['IFS', 'x='],
  ['PS4', '$(touch trapped)'],
  ['SHELLOPTS', 'xtrace'],
  ['BASH_FUNC_x%%', '() {  touch trapped\n}'],
  ['POSIXLY_CORRECT', ''],
  ['LANG', 'xx_YY.\xff'],
]

/** A word that YAML takes as it stands. */
const WORD = 'ä *'

const WORDS = [ALL, '', ' ', '\xff', '-e', '\xef\xbf\xbd', '*']

/** Writes what it was given: the environment, and all words. */
const WRITE = 'cat "/proc/$$/environ" >command.environ; cat "/proc/$$/cmdline" >command.words'

void t.test('services and the command have the environment and the words to the byte', { skip }, async (test) => {
  const file = `
services:
  inherits: {type: oneshot, command: [cp, /proc/self/environ, inherits.environ]}
  clear: {type: oneshot, command: [cp, /proc/self/environ, clear.environ], clear_env: true, environment: {
    PATH: , A: "<$\{ALL}>"}}
  descriptors: {type: oneshot, script: 'ls /proc/$$$$/fd >descriptors'}
`
  const { folder, given, text } = await run(test, { file, variables: ODD })
  test.strictSame(readStrings(folder, 'inherits.environ').slice(0, -1), given, text)
  test.match(readStrings(folder, 'inherits.environ').at(-1), /^PIDONE_RUN=\w+\.inherits\.1$/)
  test.strictSame(readStrings(folder, 'command.environ').slice(0, -1), given)
  test.strictSame(readStrings(folder, 'clear.environ').slice(0, -1), [given[0], `A=<${ALL}>`])
  test.strictSame(readStrings(folder, 'command.words'), ['sh', '-c', WRITE, ...WORDS])
  // Others may come from whoever started the tests.
  test.notMatch(readFileSync(join(folder, 'descriptors'), 'utf8'), /^[3-9]$/m)
  test.notOk(existsSync(join(folder, 'trapped')))
})

void t.test('a command that is run in a service has its environment to the byte', { skip }, async (test) => {
  const file = `
services:
  never: {command: [sleep, '1000'], depends_on: [asks]}
  asks: {type: oneshot, command: ['${SUPERVISOR}', exec, never, --, sh, -c, 'cp /proc/$$$$/environ never.environ; cp /proc/$$$$/cmdline never.words', '${WORD}']}
`
  const { folder, given, text } = await run(test, { file, variables: ODD })
  test.strictSame(readStrings(folder, 'never.environ').slice(0, -1), given, text)
  test.match(readStrings(folder, 'never.environ').at(-1), /^PIDONE_RUN=\w+\.asks\.1$/, 'the mark of who asks')
  test.strictSame(readStrings(folder, 'never.words').slice(3), [Buffer.from(WORD).toString('latin1')])
})

void t.test('an environment of a megabyte arrives whole', { skip }, async (test) => {
  const variables = Array.from({ length: 10 }, (_, index) => [`x.${index}`, `${index}\xff`.repeat(50_000)] as const)
  const file = 'services: {inherits: {type: oneshot, command: [cp, /proc/self/environ, inherits.environ]}}'
  const { folder, given, text } = await run(test, { file, variables })
  for (const name of ['inherits', 'command']) {
    const found = readStrings(folder, `${name}.environ`).slice(0, -1)
    test.ok(found.join('\0') === given.join('\0'), text)
  }
})

void t.test('where the launcher can make no copy, it is said, and all else works', { skip }, async (test) => {
  const folder = makeFolder(test)
  writeFileSync(join(folder, 'base64'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const container = await startContainer(test, {
    folder,
    command: ['sh', '-c', 'echo "$NODE_OPTIONS $PIDONE_KEPT$PIDONE_COPY_FD"'],
    environment: { PATH: `${folder}:${process.env['PATH']}`, NODE_OPTIONS: '--require=/nonexistent' },
  })
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /^--require=\/nonexistent $/m)
  test.match(
    text,
    /^supervisor: warning: cannot hand on the environment as it is: the launcher could not copy it; .*\n/,
  )
})

interface Given {
  readonly file: string
  readonly variables: readonly (readonly [name: string, value: string])[]
}

interface Outcome {
  readonly folder: string
  /** The strings of the environment. */
  readonly given: readonly string[]
  readonly text: string
}

/** Runs the services and a command to their end; Node could give no such environment to what it starts. */
async function run(test: Test, { file, variables }: Given): Promise<Outcome> {
  const folder = makeFolder(test)
  const trap = join(folder, 'trap')
  writeFileSync(trap, 'touch trapped\n')
  const own = { PATH: process.env['PATH'] ?? '', PIDONE_RUNTIME_DIR: join(folder, 'run'), ENV: trap, BASH_ENV: trap }
  const given = [...Object.entries(own), ...variables].map((pair) => pair.join('='))
  const words = ['env', '-i', ...given, INIT, 'sh', '-c', WRITE, ...WORDS]
  writeFileSync(join(folder, 'start'), Buffer.from(`exec ${words.map(quoted).join(' ')}\n`, 'latin1'))
  const container = await startContainer(test, { folder, file, program: ['/bin/sh', join(folder, 'start')] })
  return { folder, given, text: (await container.end()).text }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function readStrings(folder: string, name: string): readonly string[] {
  return readFileSync(join(folder, name), 'latin1').split('\0').slice(0, -1)
}
