import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder, startContainer } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'

const LIBRARY = findLibrary()
const skip = UNLESS_PID_1 || (LIBRARY === null && 'libfaketime is not installed')

const DAY_MS = 86_400_000

/** What is between two lines of a log may be late; a day is not. */
const NEAR_MS = 60_000

const FILE = `
services:
  says: {script: 'n=0; while :; do n=$((n+1)); echo line $n; sleep 0.05; done'}
  tick: {type: oneshot, script: 'echo tick', schedule: every 1s}
  fails:
    script: 'while [ ! -e go ]; do sleep 0.02; done; rm go; exit 1'
    restart: {policy: always, delay: 20ms, max_delay: 20ms, max_attempts: 2, window: 10m}
    on_failure: ignore
  late: {script: 'while [ ! -e stamp ]; do sleep 0.02; done; touch -d "@$(cat stamp)" ready; exec sleep 1000', ready: {file: ready}, start_timeout: 10m}
`

void t.test(
  'what somebody does to the clock moves neither order, spans, schedules nor readiness',
  { skip },
  async (test) => {
    const folder = makeFolder(test)
    const clock = join(folder, 'clock')
    const setBy = (days: number): number => {
      replaceFile(clock, `${days < 0 ? '' : '+'}${days}d\n`)
      return Date.now() + days * DAY_MS
    }
    setBy(0)
    // Between the launcher and Node, since the launcher takes LD_PRELOAD away from Node.
    const words = `LD_PRELOAD=${LIBRARY} FAKETIME_TIMESTAMP_FILE=${clock} FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1 exec ${process.execPath} "$@"`
    writeFileSync(join(folder, 'node'), `#!/bin/sh\n${words}\n`, { mode: 0o755 })
    const container = await startContainer(test, {
      folder,
      file: FILE,
      environment: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    })
    const began = Date.now()
    const first = await container.line(/tick *\| tick/)
    const near = async (expected: number): Promise<void> => {
      const { since } = await container.service('says')
      test.ok(Math.abs(Date.parse(since) - expected) < NEAR_MS, `${since}, not ${new Date(expected).toISOString()}`)
    }
    const fails = async (last: RegExp): Promise<void> => {
      writeFileSync(join(folder, 'go'), '')
      await container.line(last)
    }
    await near(began)
    await fails(/fails: starting \(run 2\)/)

    const tomorrow = setBy(1) - Date.now()
    const second = await container.line(/tick *\| tick/, { after: first.index })
    await near(began + tomorrow)
    await fails(/fails: starting \(run 3\)/)

    // What is made from now on is a day older than the run that makes it.
    const yesterday = setBy(-1)
    replaceFile(join(folder, 'stamp'), String(Math.floor(yesterday / 1000)))
    await container.line(/late: ready/)
    await fails(/fails: failed: .*given up after 2 restarts/)
    await container.line(/tick *\| tick/, { after: second.index })
    await near(began - DAY_MS)

    const { stdout } = await container.supervisor('logs', 'says')
    const lines = Array.from(stdout.matchAll(/\| line (\d+)$/gmu), ([, number]) => Number(number))
    test.strictSame(
      lines,
      lines.toSorted((a, b) => a - b),
    )
    test.ok(lines.length > 5)
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  },
)

/** Where Debian has it. */
function findLibrary(): string | null {
  const root = '/usr/lib'
  const folders = existsSync(root) ? readdirSync(root).map((name) => join(root, name, 'faketime')) : []
  return folders.map((folder) => join(folder, 'libfaketime.so.1')).find((path) => existsSync(path)) ?? null
}

/** Whoever reads it meanwhile finds all of it. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}
