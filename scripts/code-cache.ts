import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Makes V8's code cache for the Node that runs this: V8 takes none from another version. The package has this script, for
// who installs it in an image.

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDER = join(ROOT, 'dist', 'bundle')

/** A service of each kind, with a dependency and a readiness check. */
const WARM_UP = `
name: warm-up
environment: {WORD: "\${HOME:-none}"}
services:
  first:
    type: oneshot
    command: 'true'
  second:
    command: [sleep, '60']
    depends_on: [first]
    ready: {tcp: "127.0.0.1:1"}
    start_timeout: 30s
    stop_signal: SIGTERM
  asking:
    type: oneshot
    script: '"$NODE" "$LAUNCHER" status || [ $? -eq 1 ]'
    depends_on: {second: {condition: service_started}}
    environment: [PIDONE_WRITE_CODE_CACHE=1]
  last:
    type: oneshot
    command: [sh, -c, echo started]
    depends_on: [asking]
    restart: 'no'
    on_success: shutdown
`

if (!hasCodeCache()) writeCodeCache()

/** Whether there is one for this Node: another one cannot use it. */
function hasCodeCache(): boolean {
  const names = readdirSync(FOLDER)
  const cached = names.filter((name) => name.includes(`.${process.versions.v8}.`))
  return cached.length === names.filter((name) => name.endsWith('.cjs')).length
}

/** Runs services from start to end, and asks for them, so that V8 keeps the compiled code of all that is needed for that. */
function writeCodeCache(): void {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-build-'))
  const services = join(folder, 'services.yaml')
  writeFileSync(services, WARM_UP)
  const launcher = join(ROOT, 'bin', 'launch.cjs')
  const run = spawnSync(process.execPath, [launcher, 'init', '-f', services], {
    env: {
      ...process.env,
      NODE: process.execPath,
      LAUNCHER: launcher,
      PIDONE_WRITE_CODE_CACHE: '1',
      PIDONE_RUNTIME_DIR: folder,
      XDG_RUNTIME_DIR: folder,
    },
    encoding: 'utf8',
    // An emulated machine, as of `docker build --platform`, needs half a minute when there is much else to do.
    timeout: 120_000,
  })
  rmSync(folder, { recursive: true })
  if (run.status !== 0 || !hasCodeCache()) {
    process.stderr.write(`cannot write the code cache: the supervisor will start slower\n${run.stdout}${run.stderr}`)
    process.exitCode = 1
  }
}
