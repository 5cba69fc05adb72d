import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { fencesOf, readPage, ROOT } from './pages.ts'

const run = promisify(execFile)
const FENCES = fencesOf(readPage('docs/how-to/analyze-startup.md').text)

void t.test('the start of the example is told as the page says', { timeout: 60_000 }, async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-analyze-'))
  writeFileSync(join(folder, 'services.yaml'), FENCES.find(({ language }) => language === 'yaml')?.text ?? '')
  // Not ours: the loaders of the test runner.
  const { NODE_OPTIONS: _options, PATH: path = '', ...inherited } = process.env
  const env = { ...inherited, PATH: [join(ROOT, 'bin'), path].join(delimiter), PIDONE_RUNTIME_DIR: folder }
  const child = spawn(join(ROOT, 'bin', 'supervisor'), ['up'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  test.teardown(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  // Its first line: the control socket is there.
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.stdout.resume()
  await run('supervisor', ['wait'], { cwd: folder, env, timeout: 30_000 })
  const shown = FENCES.filter(({ language }) => language === 'console')
  test.equal(shown.length, 2)
  for (const { text } of shown) {
    const [command = '', ...lines] = text.split('\n')
    const { stdout } = await run('sh', ['-c', command.replace('$ ', '')], { cwd: folder, env, timeout: 30_000 })
    test.equal(normal(stdout), normal(lines.join('\n')))
  }
  await run('supervisor', ['shutdown'], { cwd: folder, env, timeout: 30_000 })
})

/** Times and shares differ, and with them the widths of columns. */
function normal(text: string): string {
  return text
    .replaceAll(/\b\d+(?:\.\d+)? ?(?:ms|s|%)(?!\w)/gu, 'N')
    .replaceAll(/^ +|(?<= ) +/gmu, '')
    .trimEnd()
}
