import t, { type Test } from 'tap'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

function told(yaml: string): readonly string[] {
  return readConfig(treeOf(yaml), worldOf()).problems.map(({ message }) => message)
}

/** Keys of a service in the specification of Compose that are not ours. */
const COMPOSE =
  'build configs container_name cpu_shares cpuset deploy develop devices dns domainname entrypoint expose extends ' +
  'extra_hosts gpus hostname image init ipc links logging mem_reservation memswap_limit network_mode networks pid ' +
  'platform ports post_stop privileged pull_policy read_only runtime secrets security_opt shm_size stdin_open sysctls ' +
  'tmpfs tty volumes volumes_from'

const SERVICE_KEYS = [...COMPOSE.split(' '), 'env', 'pre_start']
const FILE_KEYS = ['version', 'networks', 'volumes', 'configs', 'include', 'env', 'logging']

for (const key of SERVICE_KEYS) {
  void t.test(`says what to do in place of "${key}" of a service`, async (test) => {
    isAdvice(test, key, told(`services: {web: {command: a, ${key}: x}}`))
  })
}

for (const key of FILE_KEYS) {
  void t.test(`says what to do in place of "${key}" at the top`, async (test) => {
    isAdvice(test, key, told(`services: {web: {command: a}}\n${key}: x`))
  })
}

function isAdvice(test: Test, key: string, messages: readonly string[]): void {
  test.equal(messages.length, 1)
  const [message = ''] = messages
  test.ok(message.startsWith(`unknown key "${key}"; `))
  test.notMatch(message, /did you mean|allowed:/)
}

void t.test('says it in a sentence', async (test) => {
  test.same(told('services: {web: {command: a, hostname: b}}'), [
    'unknown key "hostname"; all services have that of the container; set it with "docker run --hostname"',
  ])
})
