import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { script } from '../../system/fixture.ts'
import { makeFolder, startContainer, type Container, type ContainerOptions, type Ran } from './container.ts'
import { ROOT } from './requirements.ts'
import { until } from './until.ts'

/** A container with a root file system of its own, in which the test's folder is `/data`. */
export interface ImageOptions extends Pick<ContainerOptions, 'command' | 'input'> {
  /** What stands in `/data/services.yaml`; without it there is no such file. */
  readonly file?: string
  /** Lines of sh that change the image; their current folder is going to be the root. */
  readonly change?: string
  /** Words in front of the program, run in the image. */
  readonly chain?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** What of the program is run; `init` by default. */
  readonly program?: readonly string[]
}

const PROGRAM = '/opt/pidone/bin'
const PATH = '/opt/node:/usr/sbin:/usr/bin:/sbin:/bin'

/** Starts a container in an image; its run-time files are where they are when nobody says anything. */
export async function startImage(test: Test, options: ImageOptions): Promise<Container> {
  const folder = makeFolder(test)
  if (options.file !== undefined) writeFileSync(join(folder, 'services.yaml'), options.file)
  const { change = '', chain = [], command, input, program = [join(PROGRAM, 'init')] } = options
  const container = await startContainer(test, {
    folder,
    program: ['sh', script('enters-image'), folder, ROOT, process.execPath, change, ...chain, ...program],
    environment: { PATH, PIDONE_RUNTIME_DIR: '', ...options.environment },
    ...(command === undefined ? {} : { command }),
    ...(input === undefined ? {} : { input }),
  })
  // Before that, whoever enters would be somewhere else.
  const seen = `/proc/${container.pid}`
  await until('the image', () => existsSync(`${seen}/root/data/root`) || !existsSync(seen))
  return container
}

/** Runs `supervisor` in the container, as `docker exec` does, behind further words. */
export function inside(container: Container, words: readonly string[], chain: readonly string[] = []): Promise<Ran> {
  return enter(container, [...chain, join(PROGRAM, 'supervisor'), ...words])
}

/** Runs a command in the container. */
export function enter(container: Container, words: readonly string[]): Promise<Ran> {
  const variables = Object.entries(container.environment()).map(([name, value]) => `${name}=${value}`)
  const target = ['-t', String(container.pid), '--mount', '--pid', '--root', '--']
  // The current folder is that of the root from outside.
  const shell = ['/bin/sh', '-c', 'cd / && exec "$@"', 'sh']
  const args = ['-i', ...variables, 'nsenter', ...target, ...shell, ...words]
  return new Promise((resolve) => {
    execFile('/usr/bin/env', args, { timeout: 60_000 }, (error, stdout, stderr) => {
      const status = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ status, stdout, stderr })
    })
  })
}
