import t from 'tap'
import { startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

for (const pid1 of ['program', 'parent'] as const) {
  void t.test(
    `a program that has ended before anybody looked is not waited for (PID 1: the ${pid1})`,
    { skip: UNLESS_PID_1 },
    async (test) => {
      const started = startContainer(test, { program: ['sh', '-c', 'exit 3'], pid1 })
      // As on a machine that has other work to do than this process.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
      const container = await started
      test.equal((await container.end()).status, 3)
      test.strictSame(container.processes(), [])
    },
  )
}
