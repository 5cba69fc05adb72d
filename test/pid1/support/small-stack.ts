import type { Test } from 'tap'
import type { Container } from './container.ts'
import { inside } from './image.ts'

/** A oneshot, two services that wait for each other's readiness, one that is asked for its health. Needs sh and sleep. */
export const SMALL_STACK = `
services:
  prepare: {type: oneshot, script: 'echo prepared'}
  db: {script: 'echo accepts connections; exec sleep 1000', ready: {log: accepts}, depends_on: [prepare]}
  app:
    script: 'echo >&3; exec sleep 1000'
    depends_on: [db]
    ready: {notify: 'fd:3'}
    healthcheck: {test: [CMD, sh, -c, ':'], interval: 200ms}
`

/** What a user is, as words in front of a program. */
export type Chain = readonly string[]

/**
 * Sees the stack through its life: healthy, all well by `supervisor status`, and after SIGTERM stopped in order with
 * status 0.
 *
 * @param asker Words in front of `supervisor`.
 * @returns All of the output.
 */
export async function seeThrough(test: Test, container: Container, asker: Chain = []): Promise<string> {
  await container.line(/app: healthy/)
  const asked = await inside(container, ['status'], asker)
  test.equal(asked.status, 0, asked.stdout + asked.stderr)
  test.match(asked.stdout, /^app +running +healthy [^]*all as wanted$/m)
  return stopInOrder(test, container)
}

/** Stops the stack; see {@link seeThrough}. */
export async function stopInOrder(test: Test, container: Container): Promise<string> {
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0, text)
  test.match(
    text,
    /app: stopped, killed by SIGTERM\n[^]*db: stopped, killed by SIGTERM\nsupervisor \| ended with status 0/,
  )
  return text
}
