import t from 'tap'
import type { SignalSource } from '../../src/cli/signal-source.ts'
import { withoutEchoes } from '../../src/cli/without-echoes.ts'
import type { SignalName } from '../../src/core/config/signal.ts'

/** What is let through of signals at some times, in ms. */
function heard(sent: readonly (readonly [number, SignalName])[]): readonly (readonly [number, SignalName])[] {
  const through: (readonly [number, SignalName])[] = []
  let at = 0
  const source: SignalSource = {
    hasLostTerminal: () => false,
    listen: (received) => {
      for (const [time, signal] of sent) {
        at = time
        received(signal)
      }
    },
  }
  withoutEchoes(source, () => at).listen((signal) => through.push([at, signal]))
  return through
}

void t.test('a SIGINT that comes twice at once is one stroke, a later one is a second', async (test) => {
  const sent = [
    [1000, 'SIGINT'],
    [1004, 'SIGINT'],
    [1299, 'SIGINT'],
    [1300, 'SIGINT'],
    [1301, 'SIGINT'],
  ] as const
  test.strictSame(heard(sent), [sent[0], sent[3]])
})

void t.test('other signals are never held back', async (test) => {
  const sent = [
    [0, 'SIGINT'],
    [1, 'SIGTERM'],
    [2, 'SIGTERM'],
    [3, 'SIGUSR1'],
    [4, 'SIGUSR1'],
  ] as const
  test.strictSame(heard(sent), sent)
})
