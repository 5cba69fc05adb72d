import { build, transform, type Metafile } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDER = join(ROOT, 'dist', 'bundle')
const TARGET = 'node20.19'
/** What runs before the first service. */
const START: ReadonlySet<string> = new Set(['src/main.ts', 'src/cli/commands/init.ts'])
/** What people and scripts ask for again and again. */
const ASK: ReadonlySet<string> = new Set([
  'src/main.ts',
  ...['status', 'health', 'logs', 'events', 'wait', 'start', 'stop', 'restart'].map(
    (name) => `src/cli/commands/${name}.ts`,
  ),
])

const files = await bundle()
if (![...files].every(([file, code]) => existsSync(file) && readFileSync(file, 'utf8') === code)) {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  for (const [file, code] of files) writeFileSync(file, code)
}
// A process of its own, since an image runs it alone, on its own Node. Without the cache all works, only later.
spawnSync(process.execPath, [join(import.meta.dirname, 'code-cache.js')], { stdio: 'inherit' })

/**
 * The program in two files: what `init` needs until the first service is there, and all that comes later; and what asks a
 * supervisor once more in a file of its own. V8 takes the longer the more there is in a file's code cache.
 *
 * esbuild splits ES modules so that none is there twice; each part becomes a CommonJS module, since V8's code cache can
 * be given to a script but not to a module. Blanks are taken out; names stay, for stack traces.
 */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, 'src', 'main.ts')],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    absWorkingDir: ROOT,
    outdir: FOLDER,
    platform: 'node',
    format: 'esm',
    target: TARGET,
    minifyWhitespace: true,
    minifySyntax: true,
    external: ['koffi', '@koromix/*'],
    alias: { yaml: yamlWithoutNode() },
    define: { 'import.meta.url': '__filename' },
    logLevel: 'warning',
  })
  const [toStart, toAsk] = [neededBy(START, metafile), neededBy(ASK, metafile)]
  const makers: Record<'main' | 'late' | 'client', string[]> = { main: [], late: [], client: [] }
  for (const { path, text } of outputFiles) {
    const maker = await makerOf(basename(path), text)
    makers[toStart.has(relative(ROOT, path)) ? 'main' : 'late'].push(maker)
    if (toAsk.has(relative(ROOT, path))) makers.client.push(maker)
  }
  const scripts = Object.entries(makers).map(([name, parts]) => [join(FOLDER, `${name}.cjs`), fileOf(parts)] as const)
  return new Map([...scripts, [join(FOLDER, 'licenses.txt'), licensesOf(metafile)]])
}

/** The licences of the packages that something of is in the bundle: they want to be wherever their code is. */
function licensesOf({ inputs }: Metafile): string {
  const paths = Object.keys(inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0])
  const folders = [...new Set(paths.filter((path) => path !== undefined))].toSorted()
  return folders
    .map((folder) => `${basename(folder)}\n\n${licenseIn(join(ROOT, folder))}`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function licenseIn(folder: string): string {
  const name = readdirSync(folder).find((file) => /^licen[cs]e/iu.test(file))
  if (name === undefined) throw new Error(`cannot bundle what has no licence: ${folder}`)
  return readFileSync(join(folder, name), 'utf8')
}

/** Of the parts, those that these import without `import()`. */
function neededBy(entries: ReadonlySet<string>, { outputs }: Metafile): ReadonlySet<string> {
  const starts = Object.keys(outputs).filter((path) => entries.has(outputs[path]?.entryPoint ?? ''))
  const needed = new Set(starts)
  // A set also goes through what is added on the way.
  for (const path of needed) {
    for (const { kind, path: imported } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && imported in outputs) needed.add(imported)
    }
  }
  return needed
}

/** A part as a property: under its name the function that makes the module. */
async function makerOf(name: string, text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    target: TARGET,
    minifyWhitespace: true,
    // A script that V8 gets from the cache has no `import()`.
    supported: { 'dynamic-import': false },
  })
  return `${JSON.stringify(`./${name}`)}:function(require,module,__filename){${code}}`
}

/** A file is one expression for `bin/launch.cjs`; its first line is `// ` and a hash of the rest. */
function fileOf(makers: readonly string[]): string {
  const text = `({${makers.join(',\n')}})\n`
  // The launcher reads it byte by byte. esbuild escapes what stands in strings, but not in regular expressions.
  const foreign = /.{0,60}[^\0-\x7F].{0,20}/.exec(text)?.[0]
  if (foreign !== undefined) throw new Error(`cannot bundle what is not ASCII; write it as "\\u": ${foreign}`)
  return `// ${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n${text}`
}

/** The `yaml` package as ES modules: less is bundled, and it looks at no LOG_TOKENS or LOG_STREAM in the environment. */
function yamlWithoutNode(): string {
  const manifest = createRequire(import.meta.url).resolve('yaml/package.json')
  return join(dirname(manifest), 'browser', 'index.js')
}
