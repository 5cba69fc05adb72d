import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Container, Ran } from './container.ts'
import { ROOT, UNLESS_PID_1 } from './requirements.ts'

/** Words in front of a command that make it another user's, with one group or more. */
export function asUser(uid: number, groups: readonly number[] = []): readonly [string, ...string[]] {
  const others = groups.length === 0 ? '--clear-groups' : `--groups=${groups.join()}`
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, others, '--']
}

/** For `skip`: Node and the program may stand in a folder that only root can enter. */
export const UNLESS_OTHER_USERS: string | false = UNLESS_PID_1 || whyUnreachable()

function whyUnreachable(): string | false {
  const [setpriv, ...chain] = asUser(64_321)
  const read = `require('fs').readFileSync(${JSON.stringify(join(ROOT, 'bin', 'init'))})`
  const { status } = spawnSync(setpriv, [...chain, process.execPath, '-e', read])
  return status !== 0 && 'another user cannot reach Node or the program here'
}

/** Runs a client command of a container's `supervisor` as another user. */
export function ask(
  container: Container,
  who: readonly [string, ...string[]],
  ...words: readonly string[]
): Promise<Ran> {
  return run([...who, 'env', '-i', ...variables(container.environment()), join(ROOT, 'bin', 'supervisor'), ...words])
}

/** Runs a program to its end. */
export function run([file = '', ...words]: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(file, words, { cwd: '/', timeout: 60_000 }, (error, stdout, stderr) => {
      const status = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ status, stdout, stderr })
    })
  })
}

/** Runs JavaScript as another user, until the end of the test; resolves once it has said something. */
export async function stay(test: Test, who: readonly [string, ...string[]], script: string): Promise<ChildProcess> {
  const [file, ...words] = who
  // The test runner puts something into every Node, by NODE_OPTIONS, that another user may not read.
  const child = spawn(file, [...words, 'env', '-i', process.execPath, '-e', script], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  test.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

function variables(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`)
}
