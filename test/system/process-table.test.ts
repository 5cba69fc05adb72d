import { spawn, type ChildProcess } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { readVariable, type Variable } from '../../src/system/process-table.ts'

/** Executes itself again and again, each time with another argument. */
const EXECUTES = 'exec /bin/sh -c "$0" "$0" $(( $1 + 1 ))'

function start(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess & { readonly pid: number } {
  const [file = '', ...args] = argv
  const child = spawn(file, args, { env, stdio: 'ignore' })
  if (child.pid === undefined) throw new Error(`cannot start ${file}`)
  t.teardown(() => child.kill('SIGKILL'))
  return Object.assign(child, { pid: child.pid })
}

void t.test('a variable is never missed for being looked for while its process executes something', (test) => {
  const { pid } = start(['/bin/sh', '-c', EXECUTES, EXECUTES, '0'], { MARK: 'mine' })
  const found = new Map<Variable['kind'], number>()
  for (let look = 0; look < 10_000; look++) {
    const { kind } = readVariable(pid, 'MARK')
    found.set(kind, (found.get(kind) ?? 0) + 1)
  }
  test.ok((found.get('set') ?? 0) > 0)
  test.equal(found.get('unset') ?? 0, 0)
  test.end()
})

void t.test('a process that has no environment at all does not have the variable', async (test) => {
  const { pid } = start(['/usr/bin/env', '-i', '/bin/sleep', '1000'], { MARK: 'mine' })
  let found = readVariable(pid, 'MARK')
  for (const end = Date.now() + 10_000; found.kind !== 'unset' && Date.now() < end; await nextTurn()) {
    found = readVariable(pid, 'MARK')
  }
  test.strictSame(found, { kind: 'unset' })
})
