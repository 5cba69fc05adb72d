import t from 'tap'
import { startContainer } from '../support/container.ts'
import { ask, asUser, UNLESS_OTHER_USERS } from '../support/other-users.ts'

const READER = asUser(64_321)
const MEMBER = asUser(64_322, [64_400, 64_401])
const STRANGER = asUser(64_323, [64_402])
/** A member of the group, for whom something of his own stands in the file. */
const HELD_BACK = asUser(64_324, [64_401])

void t.test(
  'control and control.allow: a user may ask what the file lets him, and everybody else nothing',
  { skip: UNLESS_OTHER_USERS, buffered: true },
  async (test) => {
    const allow = 'control: {allow: {64321: read, "@64401": admin, 64324: read}}\n'
    const container = await startContainer(test, { file: `${allow}services: {web: {command: [sleep, '1000']}}` })
    test.equal((await container.supervisor('wait')).status, 0, 'root may always')
    for (const words of [['status'], ['health'], ['logs'], ['wait', 'web']]) {
      test.equal((await ask(container, READER, ...words)).status, 0, words.join(' '))
    }
    for (const words of [['stop', 'web'], ['signal', 'TERM', 'web'], ['shutdown']]) {
      for (const who of [READER, HELD_BACK])
        test.equal((await ask(container, who, ...words)).status, 77, words.join(' '))
    }
    test.strictSame(await ask(container, READER, 'restart', 'web'), {
      status: 77,
      stdout: '',
      stderr:
        'supervisor: cannot POST /v1/restart: uid 64321 may read only; ask as root, or let it by "control: {allow: {64321: admin}}" in the services file\n',
    })
    test.strictSame(await ask(container, STRANGER, 'status'), {
      status: 77,
      stdout: '',
      stderr:
        'supervisor: cannot ask this supervisor: uid 64323 may not; ask as root, or let it by "control: {allow: {64323: read}}" in the services file\n',
    })
    test.equal((await ask(container, STRANGER, 'health')).status, 1, 'engines know no other status')
    test.equal((await container.service('web')).run, 1, 'nothing has come of all that')
    test.equal((await ask(container, MEMBER, 'restart', 'web')).status, 0)
    test.equal((await container.service('web')).run, 2)
  },
)
