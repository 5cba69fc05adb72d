import t from 'tap'
import type { JsonReply, Reply } from '../../../src/core/control/exchange.ts'
import { redactReply } from '../../../src/core/control/redact-reply.ts'
import { createRedactor } from '../../../src/core/text/redact.ts'

const redact = createRedactor(['hunter2hunter2', 'running', '2026', 'SIGTERM'])

const SERVICE = {
  name: 'db',
  type: 'longrun',
  state: 'running',
  health: 'none',
  since: '2026-07-01T10:30:00.000Z',
  next: null,
  check: { ended: '2026-07-01T10:30:00.000Z', passed: false, output: 'no hunter2hunter2' },
  exit: { code: null, signal: 'SIGTERM' },
  says: 'running with hunter2hunter2',
  labels: { state: 'running' },
  wanted: true,
  reached: 'running',
}
const REPLY: JsonReply = {
  kind: 'json',
  status: 200,
  body: { state: 'running', services: [SERVICE], reasons: ['2026'] },
}

const REDACTED = {
  ...REPLY,
  body: {
    state: 'running',
    services: [
      { ...SERVICE, check: { ...SERVICE.check, output: 'no ***' }, says: '*** with ***', labels: { state: '***' } },
    ],
    reasons: ['***'],
  },
}

void t.test('secrets are taken out of what is told, not out of instants and words of the protocol', async (test) => {
  test.same(redactReply(REPLY, redact), REDACTED)
})

void t.test('the same of a reply that comes later; a stream is passed on', async (test) => {
  const later: Reply = {
    kind: 'later',
    start: (answer) => {
      answer(REPLY)
      return () => undefined
    },
  }
  const answers: JsonReply[] = []
  const reply = redactReply(later, redact)
  if (reply.kind === 'later') reply.start((answer) => answers.push(answer))
  test.same(answers, [REDACTED])
  const stream: Reply = { kind: 'stream', start: () => () => undefined }
  test.equal(redactReply(stream, redact), stream)
})
