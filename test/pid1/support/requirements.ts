import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the package. */
export const ROOT: string = join(import.meta.dirname, '..', '..', '..', '..')

if (!existsSync(join(ROOT, 'dist', 'bundle', 'main.cjs'))) {
  throw new Error('the program is not built; run "npm run build"')
}

/** For `skip`: why nothing can be PID 1 here; false when it can. */
export const UNLESS_PID_1: string | false = whyNotPid1()

function whyNotPid1(): string | false {
  if (process.geteuid?.() !== 0) return 'only root can make a PID namespace'
  const tried = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', '--kill-child', 'true'], { encoding: 'utf8' })
  if (tried.status === 0) return false
  return `"unshare" makes no PID namespace here: ${tried.error?.message ?? tried.stderr.trim()}`
}
