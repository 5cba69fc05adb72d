import type { StatusReply } from '../core/protocol.ts'
import type { Size } from './render/frame.ts'
import { Screen } from './screen.ts'
import { isStatus } from './status-request.ts'
import { askQuietly, notUnderstood, type Request } from './supervisor-link.ts'

/** How often it is asked unless it is said otherwise. */
export const DEFAULT_INTERVAL_MS = 1000

/** For the line that tells which keys there are. */
export const QUIT_KEY = 'q quits'

/** What is shown live, and how; the first answer is there already. */
export interface LiveView {
  readonly request: Request
  readonly intervalMs: number
  readonly take: (reply: StatusReply) => void
  readonly lines: (moment: Moment) => readonly string[]
  /** A key other than `q`. */
  readonly pressed: (key: string) => void
}

/** What is known beside the status. */
interface Moment {
  readonly size: Size
  /** When the supervisor answered last, ms since 1970. */
  readonly today: number
  /** Why it does not any more; null while it does. */
  readonly trouble: string | null
  readonly hasKeys: boolean
}

/**
 * Shows a status on the whole terminal, and asks for it again and again, until `q` or Ctrl-C. A supervisor that is gone
 * may come back: it is asked for all the same.
 */
export function showLive(view: LiveView): Promise<number> {
  let today = Date.now()
  let trouble: string | null = null
  const ask = async (): Promise<void> => {
    const asked = await askQuietly(view.request)
    trouble = troubleOf(asked)
    if (!('body' in asked) || !isStatus(asked.body)) return
    today = Date.now()
    view.take(asked.body)
  }
  return new Promise((resolve, reject) => {
    const quit = (): void => {
      screen.close()
      resolve(0)
    }
    const draw = (): void => {
      const { size, hasKeys } = screen
      screen.draw(view.lines({ size, today, trouble, hasKeys }))
    }
    const pressed = (key: string): void => {
      if (key === 'q') return quit()
      view.pressed(key)
      draw()
    }
    const screen = new Screen({ pressed, quit, resized: draw })
    const goOn = async (): Promise<void> => {
      const askedAt = performance.now()
      await ask()
      draw()
      wait(Math.max(0, askedAt + view.intervalMs - performance.now()))
    }
    const failed = (error: unknown): void => {
      screen.close()
      reject(error)
    }
    const wait = (ms: number): void => void setTimeout(() => void goOn().catch(failed), ms)
    draw()
    wait(view.intervalMs)
  })
}

function troubleOf(asked: Awaited<ReturnType<typeof askQuietly>>): string | null {
  if ('message' in asked) return asked.message
  return isStatus(asked.body) ? null : notUnderstood(asked.body)
}
