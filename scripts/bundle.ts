import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDER = join(ROOT, 'dist', 'bundle')
const FILE = join(FOLDER, 'main.cjs')

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
  last:
    type: oneshot
    command: [sh, -c, echo started]
    depends_on: {second: {condition: service_started}}
    restart: 'no'
    on_success: shutdown
`

const code = await bundle()
if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== code) {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(FILE, code)
}
if (!hasCodeCache()) writeCodeCache()

/**
 * The program in one file; its first line is `// ` and a hash of the rest, for `bin/launch.cjs`.
 *
 * CommonJS, since V8's code cache can be given to a script but not to a module. Blanks are taken out, which gains half a
 * millisecond; names stay, for stack traces. Modules that are imported dynamically are evaluated only then.
 */
async function bundle(): Promise<string> {
  const result = await build({
    entryPoints: [join(ROOT, 'src', 'main.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minifyWhitespace: true,
    minifySyntax: true,
    // A script that V8 gets from the cache has no `import()`.
    supported: { 'dynamic-import': false },
    external: ['koffi', '@koromix/*'],
    alias: { yaml: yamlWithoutNode() },
    define: { 'import.meta.url': 'importMetaUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
    logLevel: 'warning',
  })
  const text = result.outputFiles[0]?.text ?? ''
  return `// ${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n${text}`
}

/** The `yaml` package as ES modules: less is bundled, and it looks at no LOG_TOKENS or LOG_STREAM in the environment. */
function yamlWithoutNode(): string {
  const manifest = createRequire(import.meta.url).resolve('yaml/package.json')
  return join(dirname(manifest), 'browser', 'index.js')
}

/** Whether there is one for this Node: another one cannot use it. */
function hasCodeCache(): boolean {
  return readdirSync(FOLDER).some((name) => name.includes(`.${process.versions.v8}.`))
}

/** Runs one service from start to end, so that V8 keeps the compiled code of all that a start needs. */
function writeCodeCache(): void {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-build-'))
  const services = join(folder, 'services.yaml')
  writeFileSync(services, WARM_UP)
  const run = spawnSync(process.execPath, [join(ROOT, 'bin', 'launch.cjs'), 'up', '-f', services], {
    env: { ...process.env, PIDONE_WRITE_CODE_CACHE: '1', PIDONE_RUNTIME_DIR: folder, XDG_RUNTIME_DIR: folder },
    encoding: 'utf8',
    timeout: 20_000,
  })
  rmSync(folder, { recursive: true })
  if (run.status !== 0 || !hasCodeCache()) {
    process.stderr.write(`cannot write the code cache: the supervisor will start slower\n${run.stdout}${run.stderr}`)
  }
}
