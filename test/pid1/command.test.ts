import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { INIT, makeFolder, startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const skip = UNLESS_PID_1

void t.test('the command starts when the services are ready', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  init: {type: oneshot, script: 'sleep 0.2; touch made'}
  web: {script: 'sleep 0.2; touch well; exec sleep 1000', ready: {file: well}, depends_on: [init]}
  fails: {script: 'exit 1', restart: 'no', on_failure: ignore}
`,
    command: ['sh', '-c', 'test -e made && test -e well && echo both'],
  })
  const { status, text } = await container.end()
  test.equal(status, 0, text)
  test.match(text, /^both$/m)
})

/** One that is never ready, one that ends, and one that its time has not come for. */
const SLOW = `
services:
  slow: {script: 'echo slow spawned; exec sleep 1000', ready: {file: never}}
  job: {type: oneshot, script: 'exec sleep 1000', depends_on: {slow: {condition: service_started}}}
  nightly: {type: oneshot, command: 'true', schedule: every 1h}
`

void t.test('with wait_for: started it does not wait until they are ready', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `${SLOW}command: {wait_for: started, timeout: 10m}\n`,
    command: ['sh', '-c', 'exit 5'],
  })
  const { status, text } = await container.end()
  test.equal(status, 5, text)
  test.ok(text.indexOf('job: starting') > 0, text)
  test.notMatch(text, /slow: ready/)
})

void t.test('with wait_for: nothing it starts beside them, and is told first', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  init: {type: oneshot, script: 'until [ -e go ]; do sleep 0.02; done'}
  web: {script: 'trap "echo web got TERM; exit 0" TERM; echo up; while :; do sleep 0.02; done', ready: {log: up}, depends_on: [init]}
command: {wait_for: nothing}
`,
    command: ['sh', '-c', 'trap "echo command got TERM; exit 3" TERM; echo begun; while :; do sleep 0.02; done'],
  })
  await container.line(/^begun/)
  writeFileSync(join(container.folder, 'go'), '')
  await container.line(/web: ready/)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.ok(text.includes('command got TERM'), text)
  test.ok(text.indexOf('command got TERM') < text.indexOf('web got TERM'), text)
})

void t.test('when its time to wait is over it is not started, and the status is 1', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `${SLOW}command: {timeout: 300ms}\n`,
    command: ['sh', '-c', 'echo started all the same'],
  })
  const { status, text } = await container.end()
  test.equal(status, 1, text)
  test.match(
    text,
    /^supervisor \| error: shutting down: the command was not started: not all services ready within 300 ms: waiting for slow \(starting, not ready for [\d.]+ m?s of 1 min: .*\), job \(.*\)$/m,
  )
  test.match(text, /slow: stopped/)
  test.notMatch(text, /started all the same/)
})

void t.test('what has a time of its own does not hold the command up', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {nightly: {type: oneshot, command: 'true', schedule: every 1h}}",
    command: ['sh', '-c', 'exit 4'],
  })
  test.equal((await container.end()).status, 4)
})

void t.test('the command has the standard input and writes as it is', { skip }, async (test) => {
  const folder = makeFolder(test)
  const path = join(folder, 'input')
  writeFileSync(path, 'a\0b without newline')
  const input = openSync(path, 'r')
  const container = await startContainer(test, { folder, input, command: ['cat'] })
  closeSync(input)
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /a\0b without newline/)
})

void t.test('words of the command stay as they are', { skip }, async (test) => {
  const container = await startContainer(test, { command: ['printf', '<%s>', '-f', '--help', '', 'a b', '$HOME', '*'] })
  const { text } = await container.end()
  test.match(text, /<-f><--help><><a b><\$HOME><\*>/)
})

void t.test('on SIGTERM the command is told before the services, and the status is 0', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  web: {script: 'trap "echo web got TERM; exit 0" TERM; echo up; while :; do sleep 0.02; done', ready: {log: up}}
`,
    command: ['sh', '-c', 'trap "echo command got TERM; exit 3" TERM; echo begun; while :; do sleep 0.02; done'],
  })
  await container.line(/^begun/)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.ok(text.indexOf('command got TERM') < text.indexOf('web got TERM'), text)
  test.ok(text.includes('command got TERM'))
})

void t.test('a service that fails takes the command down, with its own status', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {web: {script: 'until [ -e go ]; do sleep 0.02; done; exit 9', restart: 'no'}}",
    command: ['sh', '-c', 'touch go; exec sleep 1000'],
  })
  test.equal((await container.end()).status, 9)
})

void t.test("a shell on the terminal has job control, and its status is the container's", { skip }, async (test) => {
  // script(1) gives a terminal; the commands come through it as typed.
  const folder = makeFolder(test)
  const path = join(folder, 'typed')
  writeFileSync(path, 'set -m; sleep 1000 & jobs; kill %1; tty | sed s/pts/PTS/; exit 7\n')
  const input = openSync(path, 'r')
  const container = await startContainer(test, {
    folder,
    input,
    program: ['script', '-qec', `${INIT} bash --norc -i`, '/dev/null'],
  })
  closeSync(input)
  const { status, text } = await container.end()
  test.equal(status, 7, text)
  test.match(text, /\[1\]\+ +Running +sleep 1000/)
  test.match(text, /\/dev\/PTS\/\d+/)
  test.notMatch(text, /no job control|cannot set terminal/)
})
