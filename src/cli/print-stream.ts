import { follow, PROMPT_MS, unexpected } from './supervisor-link.ts'
import { print } from './terminal.ts'

/** What a stream is made of, and how it looks. */
export interface StreamView<T> {
  readonly isOne: (line: unknown) => line is T
  /** With its newline. */
  readonly render: (one: T) => string
}

/** Prints a stream of the supervisor's as it comes, and gives the exit status: 0 when it has come to its end. */
export async function printStream<T>(path: string, { isOne, render }: StreamView<T>): Promise<number> {
  let status = 0
  const write = printTogether(() => process.exit(status))
  const onLine = (line: unknown): void => {
    if (isOne(line)) write(render(line))
    else status = unexpected(line)
  }
  const asked = await follow({ method: 'GET', path, timeoutMs: PROMPT_MS }, onLine)
  if ('body' in asked) return unexpected(asked.body)
  return Math.max(asked.status, status)
}

/**
 * Prints together what comes together: a write takes as long as many lines.
 *
 * @param deserted Called when nobody reads any more: there is nothing to go on for.
 */
function printTogether(deserted: () => void): (text: string) => void {
  let gathered = ''
  const flush = (): void => {
    const text = gathered
    gathered = ''
    if (!print(text)) deserted()
  }
  return (text) => {
    if (gathered === '') queueMicrotask(flush)
    gathered += text
  }
}
