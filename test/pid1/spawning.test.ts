import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { INIT, startContainer } from './support/container.ts'
import { descriptorsOf } from './support/processes.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1

for (const user of [undefined, 'daemon']) {
  void t.test(
    `a service ${user === undefined ? '' : 'of another user '}begins with clean signals, descriptors and a session of its own`,
    { skip },
    async (test) => {
      const tells = { type: 'oneshot', ...(user === undefined ? {} : { user }), script: selfPortrait('$$') }
      const container = await startContainer(test, { file: JSON.stringify({ services: { tells } }) })
      const { text } = await container.end()
      const lines = [...text.matchAll(/^tells +\| (.*)$/gm)].map(([, line]) => line ?? '')
      const bare = await startContainer(test, { program: ['sh', '-c', selfPortrait('$')] })
      const expected = (await bare.end()).text.trimEnd().split('\n')
      test.strictSame(lines.slice(0, -1), expected.slice(0, -1), 'as without a supervisor')
      test.strictSame(lines.slice(-4, -2), ['SigBlk:\t0000000000000000', 'SigIgn:\t0000000000000000'])
      const [pid, group, session] = lines.at(-1)?.split(' ') ?? []
      test.strictSame([group, session], [pid, pid])
    },
  )
}

void t.test(
  'nothing that is started sees a descriptor of the supervisor, nor one that it was started with',
  { skip },
  async (test) => {
    const inFile = (who: string): string => lists(who).replace('$$', '$$$$$$$$')
    const file = JSON.stringify({
      services: {
        plain: { script: inFile('plain'), type: 'oneshot' },
        auto: { script: `${inFile('auto')}; echo >&3; exec sleep 1000`, ready: { notify: 'fd:auto' } },
        // Numbers that the supervisor has in use itself.
        near: { script: `${inFile('near')}; echo >&9; exec sleep 1000`, ready: { notify: 'fd:9' } },
        far: { script: `${inFile('far')}; echo > /dev/fd/17; exec sleep 1000`, ready: { notify: 'fd:17' } },
        socket: { script: `${inFile('socket')}; : > up; exec sleep 1000`, watchdog: '60s', ready: { file: 'up' } },
        checked: { command: 'sleep 1000', ready: { exec: ['sh', '-c', inFile('check')] } },
        hooked: { command: 'sleep 1000', post_start: ['sh', '-c', inFile('hook')] },
      },
      command: { wait_for: 'ready' },
    })
    const beside = { plain: '', auto: '3', near: '9', far: '17', socket: '', check: '', hook: '', CMD: '' }
    const script = `${lists('CMD')}; for file in ${Object.keys(beside).join(' ')}; do echo "$file has" $(cat $file); done`
    // Node itself closes what it inherits up to the first gap.
    const leaves = 'exec 5</dev/null 17</dev/null 40</dev/null 250</dev/null; exec "$@"'
    const program = ['bash', '-c', leaves, 'bash', INIT]
    const container = await startContainer(test, { file, program, command: ['sh', '-c', script] })
    const { text } = await container.end()
    const told = [...text.matchAll(/^(\w+) has (.*)$/gm)].map(
      ([, who = '', open = '']) => [who, open.split(' ')] as const,
    )
    const given = ['0', '1', '2']
    const expected = Object.entries(beside).map(([who, fd]) => [who, fd === '' ? given : [...given, fd].toSorted()])
    test.strictSame(told, expected, text)
  },
)

void t.test('two hundred restarts leave no descriptor, no socket and no process behind', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  fails: {script: 'echo hello; exit 1', ready: {notify: systemd}, restart: {delay: 1ms, max_delay: 1ms}}
  other: {command: [sleep, '1000']}
`,
  })
  await container.line(/fails: starting \(run 20\)/)
  // Whoever is asked has opened its socket.
  await container.status()
  const before = descriptorsOf(container.pid).length
  await container.line(/fails: starting \(run 220\)/, { withinMs: 60_000 })
  await container.supervisor('stop', 'fails')
  await until('no more than before', () => descriptorsOf(container.pid).length <= before)
  test.ok((await container.service('fails')).restarts >= 219)
  await until('no process', () => container.processes().length === 2)
})

void t.test('at rest it does not wake up', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {a: {command: [sleep, '1000']}, b: {command: [sleep, '1000'], depends_on: [a], ready: {delay: 1ms}}}",
  })
  await container.serviceThat('b', ({ state }) => state === 'running')
  // What follows the start has a moment to end.
  await until('a quiet moment', () => isQuiet(container.pid), 60_000)
  test.pass()
})

void t.test('kill_mode group signals the whole group, process only the first', { skip }, async (test) => {
  const child = 'trap "echo child; touch told; exit 0" TERM; echo up; while :; do sleep 0.02; done'
  for (const [mode, before] of [
    ['group', 'until [ -e told ]; do sleep 0.02; done'],
    ['process', 'sleep 0.2'],
  ] as const) {
    const script = `trap '${before}; exit 0' TERM; sh -c '${child}' & wait`
    const web = { script, kill_mode: mode, ready: { log: 'up' } }
    const container = await startContainer(test, { file: JSON.stringify({ services: { web } }) })
    await container.line(/web: ready/)
    container.signal('SIGTERM')
    const { text } = await container.end()
    test.equal(/web +\| child/.test(text), mode === 'group', text)
  }
})

void t.test('stop_signal is what a service gets, and its answer may count as success', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  web:
    script: 'trap "echo got USR2; exit 5" USR2; echo up; while :; do sleep 0.02; done'
    ready: {log: up}
    stop_signal: USR2
    success_exit_codes: [0, 5]
`,
  })
  await container.line(/web: ready/)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /^web +\| got USR2$/m)
  test.match(text, /web: stopping \(SIGUSR2, SIGKILL after 10 s\)/)
})

void t.test('on-failure:2 gives up after two restarts', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  fails: {script: 'exit 3', restart: on-failure:2, on_failure: ignore}
  ends: {script: 'exit 0', restart: on-failure}
  other: {command: [sleep, '1000']}
`,
  })
  await container.line(/fails: failed: exited with 3, given up after 2 restarts/)
  test.match(await container.service('fails'), { state: 'failed', run: 3, restarts: 2 })
  test.match(await container.service('ends'), { state: 'completed', run: 1, well: true })
})

const CAUSES: readonly (readonly [string, string, RegExp, number])[] = [
  ['no such command', 'command: no-such', /"no-such": not found in PATH/, 127],
  ['CRLF line ends', 'command: ./crlf', /CRLF line ends/, 126],
  ['an interpreter that is not there', 'command: ./lost', /\/no\/such\/interpreter/, 127],
  ['no shebang', 'command: ./bare', /shebang|#!/, 126],
  ['a folder', 'command: ./folder', /folder|directory/, 126],
  ['a working_dir that is not there', 'command: sleep 1\n    working_dir: /no/such/folder', /\/no\/such\/folder/, 126],
]

for (const [name, keys, cause, status] of CAUSES) {
  void t.test(`a command that cannot be executed names its cause: ${name}`, { skip }, async (test) => {
    const make = `printf '#!/bin/sh\\r\\n' > crlf; printf '#!/no/such/interpreter\\n' > lost; echo text > bare; chmod +x crlf lost bare; mkdir folder`
    const file = `services:\n  prepare: {type: oneshot, script: ${JSON.stringify(make)}}\n  web:\n    ${keys}\n    depends_on: [prepare]\n    restart: 'no'\n`
    const container = await startContainer(test, { file })
    const ended = await container.end()
    test.match(ended.text, cause)
    test.equal(ended.status, status, ended.text)
  })
}

/** Into a file: for a pipe the shell would have descriptors of its own. */
function lists(who: string): string {
  // In a child of the shell, which would have its own output on a further descriptor meanwhile.
  return `(ls /proc/$$/fd) > ${who}; :`
}

/** A script that tells what a process is given by its parent; the last line is its pid, group and session. */
function selfPortrait(dollar: string): string {
  return `ls /proc/self/fd; grep -E "^Sig(Blk|Ign)" /proc/self/status; umask; cut -d" " -f1,5,6 /proc/${dollar}${dollar}/stat`
}

/** Whether a second passes without the main thread being given the processor. */
async function isQuiet(pid: number): Promise<boolean> {
  const before = wakeUpsOf(pid)
  await pause(1_000)
  return wakeUpsOf(pid) === before
}

function wakeUpsOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8')
  return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1])
}
