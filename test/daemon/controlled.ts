import type { Config } from '../../src/core/config/model.ts'
import type { Asker } from '../../src/core/control/access.ts'
import type { JsonReply, Reply } from '../../src/core/control/exchange.ts'
import { createControl } from '../../src/daemon/control.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'
import { documentsOf } from './documents-of.ts'
import { redact, supervised, type Supervised } from './supervised.ts'

/** A set that has begun, with its control. */
export interface Controlled extends Supervised {
  /** The answers of a request, now and later: a status other than 200 is told with its message. */
  readonly ask: (request: string, body?: object, asker?: Asker) => Answers
  readonly failures: string[]
}

/** What a request was answered. */
interface Answers {
  readonly got: unknown[]
  readonly cancel: () => void
  /** What stands for so many lines of a stream that were left out. */
  readonly missed?: (count: number) => object
}

/** A set whose control is asked as over the socket. */
export function controlled(set: Config, options: Parameters<typeof supervised>[1] = {}): Controlled {
  const failures: string[] = []
  const all = supervised(set, options)
  const told = { failed: (message: string) => void failures.push(message), redact, secretNames: set.secretNames }
  const handle = createControl({ ...all, project: 'shop', ...told })
  all.loop.dispatch({ kind: 'begun' })
  return {
    ...all,
    failures,
    ask: (request, body, asker = ROOT_ASKS) => {
      const [method = '', url = ''] = request.split(' ')
      const { pathname, searchParams } = new URL(url, 'http://localhost')
      return answersTo(
        handle(
          { method, path: pathname, query: [...searchParams], body: body === undefined ? '' : JSON.stringify(body) },
          asker,
        ),
      )
    },
  }
}

function answersTo(reply: Reply): Answers {
  const got: unknown[] = []
  const answer = ({ body }: JsonReply): void => void got.push(body)
  switch (reply.kind) {
    case 'json':
      answer(reply)
      return { got, cancel: () => undefined }
    case 'later':
      return { got, cancel: reply.start(answer) }
    case 'stream': {
      const cancel = reply.start({
        begin: (lines) => void got.push(...lines),
        write: (line) => got.push(line) > 0,
        writeAll: (batch) => got.push(...documentsOf(batch)) > 0,
        end: () => void got.push('end'),
      })
      return { got, cancel }
    }
  }
}
