import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { ROOT } from './pages.ts'
import { STEPS } from './workflows.ts'

const skip = spawnSync('shellcheck', ['--version']).status !== 0 && 'no "shellcheck" in PATH'

/** Those that can be started, and what they read in. */
const SCRIPTS = ['.ci', 'bin', 'docker', 'scripts', 'test']
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name))
  .filter((path) => path.endsWith('.sh') || /^#!.*\b(?:ba)?sh\n/.test(readFileSync(path, 'utf8')))

function complaints(paths: readonly string[]): readonly string[] {
  const { status, stdout, stderr } = spawnSync('shellcheck', ['--format=gcc', ...paths], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return status === 0 ? [] : `${stdout}${stderr}`.trimEnd().split('\n')
}

void t.test('shellcheck finds nothing wrong in the scripts', { skip }, (test) => {
  test.ok(SCRIPTS.length > 30)
  test.strictSame(complaints(SCRIPTS), [])
  test.end()
})

void t.test('nor in what the workflows run', { skip }, (test) => {
  // GitHub starts each by `bash -e`.
  const scripts = STEPS.filter(({ run }) => run).map(({ place, run }) => [basename(place), `#!/bin/bash -e\n${run}`])
  const folder = test.testdir(Object.fromEntries(scripts) as Readonly<Record<string, string>>)
  test.ok(scripts.length > 5)
  test.strictSame(complaints(scripts.map(([name = '']) => join(folder, name))), [])
  test.end()
})
