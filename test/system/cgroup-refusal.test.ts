import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createCgroupRefusal } from '../../src/system/cgroup.ts'
import { tempFolder } from './checks/ask.ts'
import { runFixture, UNLESS_ROOT } from './fixture.ts'

const NO_LIMITS = { memoryBytes: null, cpus: null, pids: null }

void t.test('what can be seen of a cgroup is looked at once, and not before somebody asks', (test) => {
  let looks = 0
  const refusal = createCgroupRefusal(() => {
    looks += 1
    return null
  })
  test.equal(looks, 0)
  const expected = { why: 'no cgroup v2 can be seen from here', cause: 'closed' }
  test.same([refusal(NO_LIMITS), refusal(NO_LIMITS)], [expected, expected])
  test.equal(looks, 1)
  test.end()
})

void t.test(
  "another user's is a container's, or the host's own, as a login's is",
  { skip: UNLESS_ROOT },
  async (test) => {
    const folder = tempFolder(test)
    for (const name of ['cgroup.procs', 'cgroup.subtree_control']) writeFileSync(join(folder, name), '')
    chmodSync(folder, 0o755)
    const asNobody = ['setpriv', '--reuid', '65534', '--clear-groups']
    test.same(await runFixture(asNobody, 'refuses-cgroup', [folder]), ['foreign', 'shared'])
  },
)
