import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Where a script of `test/fixtures` stands; it is not compiled, so it stays in the source tree. */
export function script(name: string): string {
  return fileURLToPath(new URL(`../../../test/fixtures/${name}`, import.meta.url))
}

/** Where a compiled fixture stands. */
export function program(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url))
}

/**
 * Runs a compiled fixture away from the test runner, which would change its environment, behind a chain such as
 * `unshare`; resolves with the JSON that it prints.
 */
export function runFixture(chain: readonly string[], name: string, args: readonly string[]): Promise<unknown> {
  const words = ['-i', `PATH=${process.env['PATH'] ?? ''}`, ...chain, process.execPath, program(name), ...args]
  return new Promise((resolve, reject) => {
    execFile('/usr/bin/env', words, { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout))
      else reject(new Error(`${name}: ${error.message}\n${stderr}`, { cause: error }))
    })
  })
}

/** The chain that makes a program PID 1. */
export const AS_PID_1: readonly string[] = ['unshare', '--pid', '--fork', '--mount-proc']

/** For `skip`: why what only root may do is not tried. */
export const UNLESS_ROOT: string | false = process.geteuid?.() === 0 ? false : 'only root can do this'
