import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../pid1/support/requirements.ts'

interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** What `bases` ends with when it is not its fault (EX_UNAVAILABLE of sysexits.h). */
const UNAVAILABLE = 69

/**
 * For `skip`: why no image can be built and run here, or is not wanted; false when it can. The first time it makes the bases,
 * in half a minute.
 */
export async function whyNotImages(): Promise<string | false> {
  if (process.env['PIDONE_TEST_IMAGES'] === 'no') return 'PIDONE_TEST_IMAGES=no'
  const { status, stderr } = await script('test/container/bases', [])
  if (status === 0) return false
  if (status === UNAVAILABLE) return stderr.trimEnd().split('\n').at(-1) ?? ''
  throw new Error(`cannot make the images to build on: ${stderr}`)
}

/** Runs a script of the project to its end, with more in its environment. */
export function script(path: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const options = { env: { ...process.env, ...environment }, maxBuffer: 2 ** 26 }
  return new Promise((resolve, reject) => {
    execFile(join(ROOT, path), args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ status: 0, stdout, stderr })
      else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr })
      else reject(error)
    })
  })
}
