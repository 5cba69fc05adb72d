import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { onTerminal, untilInFront, type OnTerminal, type Seat } from './conformance/on-terminal.ts'
import { startInit } from './conformance/start.ts'
import { shell } from './conformance/words.ts'
import { INIT, makeFolder, SUPERVISOR } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1
const PROMPT = /bash-[\d.]+# /

/** Tells on its output what it is told, and in a file that it has ended. */
const WEB = `trap "echo web got TERM; touch stopped; exit 0" TERM; trap "echo web got INT" INT;
    echo up; while :; do sleep 0.02; done`

interface Terminal extends OnTerminal {
  readonly file: string
  /** The words of PID 1; those of the init by default. */
  readonly init?: readonly string[]
}

/** As PID 1, in front of a terminal. */
async function sit(
  test: Test,
  { file, init = [INIT], ...start }: Terminal,
  use: (seat: Seat, folder: string) => Promise<void>,
): Promise<void> {
  const folder = makeFolder(test)
  writeFileSync(join(folder, 'services.yaml'), file)
  const begin: Parameters<typeof onTerminal>[0] = {
    start: async (how) => {
      const running = await startInit({ ...how, init, placement: 'pid1', folder })
      test.teardown(running.kill)
      return running
    },
  }
  await onTerminal(begin, start, (seat) => use(seat, folder))
}

void t.test('Ctrl-C while the services come up stops them in order', { skip }, async (test) => {
  const file = `services: {web: {script: '${WEB}', ready: {log: never}}}`
  await sit(test, { file, command: ['bash', '-i'] }, async ({ pty, running }, folder) => {
    await pty.see(/web +\| up\r\n/)
    pty.type('\x1a\x03')
    await pty.see(/shutting down: SIGINT\r\n/)
    await pty.see(/web got TERM/)
    test.equal(await running.end(), 0)
    test.ok(existsSync(join(folder, 'stopped')))
  })
})

void t.test('keys are for the command while it is there, and for the supervisor after it', { skip }, async (test) => {
  const file = `services: {web: {script: 'trap "echo web is deaf" TERM INT; echo up; while :; do sleep 0.02; done', stop_grace_period: 10m}}`
  const command = shell('stty raw -echo; trap "echo command got INT" INT; stty isig; echo begun; read line; kill -9 $$')
  await sit(test, { file, command }, async ({ pty, running }) => {
    await pty.see(/begun/)
    pty.type('\x03')
    await pty.see(/command got INT/)
    test.notMatch(pty.screen, /SIGINT/)
    pty.type('on\n')
    await pty.see(/shutting down: the command has ended, killed by SIGKILL, which the supervisor did not send\r\n/)
    await pty.see(/web is deaf\r\n/)
    pty.type('\x03')
    await pty.see(/SIGINT: shutting down already/)
    pty.type('\x03')
    await pty.see(/SIGINT again/)
    test.equal(await running.end(), 137)
  })
})

void t.test('what services say is shown also when the terminal stops who writes unasked', { skip }, async (test) => {
  const file = `services: {web: {script: 'until [ -e go ]; do sleep 0.02; done; echo said; exec sleep 1000'}}`
  await sit(test, { file, command: ['bash', '--norc', '-i'] }, async ({ pty, enter, running }, folder) => {
    await pty.see(PROMPT)
    await enter('stty tostop', PROMPT)
    writeFileSync(join(folder, 'go'), '')
    await pty.see(/web +\| said\r\n/)
    await enter('exit', /shutting down/)
    test.equal(await running.end(), 0)
    test.notMatch(pty.screen, /cannot write/)
  })
})

void t.test('without a command the services stop in order when the terminal is closed', { skip }, async (test) => {
  const file = `services: {web: {script: '${WEB}', ready: {log: up}}}`
  await sit(test, { file, command: [] }, async ({ pty, running }, folder) => {
    await pty.see(/web: ready/)
    pty.hangUp()
    test.equal(await running.end(), 0)
    test.ok(existsSync(join(folder, 'stopped')))
  })
})

void t.test(
  'below another init the command has the keys, and Ctrl-Z stops nothing for good',
  { skip },
  async (test) => {
    const file = `services: {web: {script: '${WEB}', ready: {log: up}}}`
    const command = shell('trap "echo command got INT" INT; echo begun; read line || read line; echo "<$line>"; exit 6')
    const start = { file, init: ['tini', '--', INIT], command }
    await sit(test, start, async ({ pty, running }) => {
      await pty.see(/begun/)
      pty.type('\x03')
      await pty.see(/command got INT/)
      pty.type('\x1a')
      await pty.see(/\^Z/)
      pty.type('two\r')
      await pty.see(/<two>/)
      test.equal(await running.end(), 6)
      test.notMatch(pty.screen, /web got INT|SIGINT/)
    })
  },
)

void t.test(
  '"up" is a job of a shell: Ctrl-Z stops it, not the services, and "fg" continues it',
  { skip },
  async (test) => {
    const file = `services: {web: {script: '${WEB}', ready: {log: up}}, tick: {script: 'while sleep 0.02; do echo $((i += 1)) >tick; done'}}`
    await sit(test, { file, init: ['bash', '--norc', '-i'], command: [] }, async ({ pty, enter, running }, folder) => {
      const ticks = join(folder, 'tick')
      const tick = (): number => (existsSync(ticks) ? Number(readFileSync(ticks, 'utf8')) : 0)
      await pty.see(PROMPT)
      await enter(`${SUPERVISOR} up`, /web: ready/)
      pty.type('\x1a')
      await pty.see(/Stopped .*up/)
      const before = tick()
      await until('a tick', () => tick() > before)
      await enter('fg', /supervisor up\r\n/)
      await untilInFront(running, 'node')
      pty.type('\x03')
      await pty.see(/web got TERM/)
      await pty.see(PROMPT)
      await enter('echo "<$?>"', /<0>/)
      test.notMatch(pty.screen, /web got INT/)
    })
  },
)

void t.test('"up" ends in order when its terminal is closed', { skip }, async (test) => {
  const file = `services: {web: {script: '${WEB}', ready: {log: up}}}`
  // The shell leads the session; who is above it stays.
  const init = shell('setsid --ctty --wait bash --norc -i; while :; do sleep 1000; done')
  await sit(test, { file, init, command: [] }, async ({ pty, enter, running }, folder) => {
    await pty.see(PROMPT)
    await enter(`${SUPERVISOR} up`, /web: ready/)
    pty.hangUp()
    await until('the end', () => running.others().every(({ name }) => name === 'sleep'))
    test.ok(existsSync(join(folder, 'stopped')))
  })
})

void t.test(
  'a command that is run in a service is a job of the shell, and has its terminal',
  { skip },
  async (test) => {
    const file = "services: {web: {command: [sleep, '1000'], environment: {WHO: web}}}"
    await sit(test, { file, command: ['bash', '--norc', '-i'] }, async ({ pty, enter, running }) => {
      await pty.see(PROMPT)
      await enter(`${SUPERVISOR} exec web -- sleep 999`, /sleep 999\r\n/)
      await untilInFront(running, 'sleep')
      pty.type('\x1a')
      await pty.see(/Stopped .*exec web/)
      await enter('fg', /exec web -- sleep 999\r\n/)
      await untilInFront(running, 'sleep')
      pty.type('\x03')
      await pty.see(PROMPT)
      await enter('echo "<$?>"', /<130>/)
      await pty.see(PROMPT)
      await enter(`${SUPERVISOR} exec web bash --norc -i`, PROMPT)
      await enter('sleep 998 & jobs; echo "<$WHO $TERM $(tty)>"', /Running +sleep 998 &\r\n<web dumb \/dev\/pts\/\d+>/)
      await enter('exit 5', PROMPT)
      await enter('echo "<$?>"', /<5>/)
      await pty.see(PROMPT)
      pty.type('exit\r')
      test.equal(await running.end(), 0)
      test.notMatch(pty.screen, /web: starting \(run 2\)/, 'the service has nothing to do with it')
    })
  },
)
