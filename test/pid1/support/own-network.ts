import { spawnSync } from 'node:child_process'
import { INIT } from './container.ts'
import { UNLESS_PID_1 } from './requirements.ts'

/** The words that run something in a network of its own, in which every port is free. */
const OWN_NETWORK: readonly string[] = ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

/** The program in a network of its own. */
export const INIT_IN_OWN_NETWORK: readonly string[] = [...OWN_NETWORK, INIT]

/** For `skip`: why there is no network of one's own here; false when there is. */
export const UNLESS_OWN_NETWORK: string | false = UNLESS_PID_1 || whyNoNetwork()

function whyNoNetwork(): string | false {
  const [program = '', ...words] = OWN_NETWORK
  const tried = spawnSync(program, [...words, 'true'], { encoding: 'utf8' })
  return tried.status === 0 ? false : `no network of one's own can be made here: ${tried.stderr.trim()}`
}
