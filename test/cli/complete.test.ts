import t from 'tap'
import { complete } from '../../src/cli/complete/candidates.ts'

/** The words that a command line, split at spaces, can be gone on with. */
function wordsFor(line: string): readonly string[] | string {
  const completion = complete(line.split(' '))
  return completion.kind === 'words' ? completion.candidates.map(({ word }) => word) : completion.kind
}

void t.test('the first word is a command, or an option that stands alone', async (test) => {
  const words = wordsFor('st')
  test.match(words, /status/)
  for (const word of ['init', 'status', 'completion', '--help', '--version']) test.ok(words.includes(word), word)
})

void t.test('behind a command come its arguments, and its options once each', async (test) => {
  test.equal(wordsFor('status '), 'services')
  test.equal(wordsFor('status web '), 'services')
  test.strictSame(wordsFor('health '), [])
  test.strictSame(wordsFor('nonsense '), [])
  test.strictSame(wordsFor('wait -'), ['--for', '--timeout', '--help'])
  test.strictSame(wordsFor('wait --timeout 5s --'), ['--for', '--help'])
  test.strictSame(wordsFor('check --profile a -'), ['--file', '--profile', '--json', '--help'])
  test.strictSame(wordsFor('completion '), ['bash', 'zsh', 'fish'])
})

void t.test('what an option wants comes behind it, however it is written', async (test) => {
  const goals = ['ready', 'stopped', 'completed']
  test.strictSame(wordsFor('wait --for '), goals)
  test.strictSame(wordsFor('wait --for = '), goals)
  test.strictSame(wordsFor('wait --for ='), goals)
  test.strictSame(wordsFor('wait --timeout '), [])
  test.equal(wordsFor('check -f '), 'files')
  test.equal(wordsFor('check -f services.yaml --file '), 'files')
  test.equal(wordsFor('wait --for=ready '), 'services')
  test.equal(wordsFor('logs -n 5 '), 'services')
  test.equal(wordsFor('analyze --svg '), 'files')
  test.equal(wordsFor('analyze --svg = a'), 'files')
})

void t.test('a value that stands in one word with its option is completed with it', async (test) => {
  const formats = ['--format=text', '--format=mermaid', '--format=dot', '--format=svg']
  test.strictSame(wordsFor('graph --format=m'), formats)
  test.strictSame(wordsFor('graph --format='), formats)
  test.strictSame(wordsFor('graph --nonsense='), [])
  test.strictSame(wordsFor('wait --timeout=5'), [])
  test.equal(wordsFor('check --file=serv'), 'files')
})

void t.test('a signal comes before services, a command is a file, and its options are its own', async (test) => {
  test.ok(wordsFor('signal ').includes('HUP'))
  test.equal(wordsFor('signal HUP '), 'services')
  test.equal(wordsFor('init '), 'files')
  test.equal(wordsFor('init ls -'), 'files')
  test.equal(wordsFor('exec '), 'services')
  test.equal(wordsFor('exec web '), 'files')
  test.equal(wordsFor('exec web ls -'), 'files')
  test.equal(wordsFor('env '), 'services')
  test.strictSame(wordsFor('env web '), [])
})

void t.test('the supervisor itself can be named where its own messages are', async (test) => {
  const itself = { word: 'supervisor', about: 'its own messages' }
  test.strictSame(complete(['logs', 'web', 'super']), { kind: 'services', more: [itself], besides: ['web'] })
})

void t.test('a service that is named is not named again', async (test) => {
  test.strictSame(complete(['stop', 'web', 'db', '']), { kind: 'services', more: [], besides: ['web', 'db'] })
})
