import t from 'tap'
import { config, serviceConfig } from '../core/support.ts'
import { supervised, type Supervised } from './supervised.ts'

/** A service that has exited with 1 and is being cleared. */
function exiting(): Supervised {
  const set = supervised(config(serviceConfig()))
  set.loop.dispatch({ kind: 'begun' })
  set.machine.spawned('web')
  set.machine.process('web').listener.exited({ kind: 'code', code: 1 })
  set.machine.news()
  return set
}

void t.test('a run is over when nothing of it lives and all it has written is there', (test) => {
  const { machine, states } = exiting()
  machine.clears('web')
  test.strictSame(machine.news(), ['timer 1000'])
  machine.says('web', 'why I died\n', 'stderr')
  test.strictSame(states(), ['web stopping'])
  machine.process('web').listener.outputEnded()
  test.strictSame(machine.news(), ['cancel timer 1000', 'timer 100'])
  test.strictSame(states(), ['web backoff'])
  machine.process('web').listener.outputEnded()
  test.strictSame(machine.news(), [], 'and it is over once only')
  test.end()
})

void t.test('output that ends before all is cleared is waited for no more', (test) => {
  const { machine, states } = exiting()
  machine.process('web').listener.outputEnded()
  test.strictSame(states(), ['web stopping'])
  machine.clears('web')
  test.strictSame(states(), ['web backoff'])
  test.end()
})

void t.test('a stranger who holds the pipe open is waited for a second', (test) => {
  const { machine, states } = exiting()
  machine.clears('web')
  machine.pass(999)
  test.strictSame(states(), ['web stopping'])
  machine.pass(1)
  test.strictSame(states(), ['web backoff'])
  test.end()
})

void t.test('the output of a run goes out under its name, the last line too', (test) => {
  const { machine } = exiting()

  machine.says('web', 'one\ntwo')
  machine.says('web', 'three\n', 'stderr')
  machine.process('web').listener.outputEnded()
  test.strictSame(machine.written, [
    { stream: 'stdout', text: 'web        | one\n' },
    { stream: 'stderr', text: 'web        | three\n' },
    { stream: 'stdout', text: 'web        | two\n' },
  ])
  test.end()
})

void t.test('while the output is full the pipes are left unread, but not those of a run that has ended', (test) => {
  const { machine, loop } = supervised(config(serviceConfig({ name: 'db' }), serviceConfig()))
  loop.dispatch({ kind: 'begun' })
  machine.spawned('db')
  machine.spawned('web')
  machine.news()
  machine.level = 'full'
  machine.says('web', 'much\n')
  test.strictSame(machine.news(), ['timer 5000', 'db pause', 'web pause'])
  machine.process('web').listener.exited({ kind: 'code', code: 1 })
  test.strictSame(machine.news(), ['ready file absent', 'web resume', 'web clear'])
  test.end()
})
