import t from 'tap'
import { plain } from '../../src/cli/render/colour.ts'
import { drawsUnicode, paintFor } from '../../src/cli/terminal.ts'
import { Pty } from '../pid1/support/pty.ts'

const NAMES = ['NO_COLOR', 'FORCE_COLOR', 'CLICOLOR', 'CLICOLOR_FORCE', 'TERM', 'LC_ALL', 'LC_CTYPE', 'LANG'] as const
type Environment = { readonly [name in (typeof NAMES)[number]]?: string }

/** What comes of it with these variables and no others of them. */
function within<T>(environment: Environment, act: () => T): T {
  const before = NAMES.map((name) => [name, process.env[name]] as const)
  for (const name of NAMES) set(name, environment[name])
  try {
    return act()
  } finally {
    for (const [name, value] of before) set(name, value)
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

void t.test('colour is for terminals that have it, unless somebody wants it otherwise', (test) => {
  const pty = new Pty()
  test.teardown(() => pty.hangUp())
  const isColoured = (fd: number, environment: Environment): boolean =>
    within(environment, () => paintFor(fd) !== plain)
  const cases: readonly (readonly [Environment, boolean, boolean])[] = [
    // On a terminal, elsewhere.
    [{}, true, false],
    [{ TERM: 'xterm', NO_COLOR: '', FORCE_COLOR: '' }, true, false],
    [{ NO_COLOR: '1' }, false, false],
    [{ TERM: 'dumb' }, false, false],
    [{ CLICOLOR: '0' }, false, false],
    [{ FORCE_COLOR: '0' }, false, false],
    [{ FORCE_COLOR: '1', TERM: 'dumb' }, true, true],
    [{ CLICOLOR_FORCE: '1' }, true, true],
    [{ CLICOLOR_FORCE: '0' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  ]
  for (const [environment, onTerminal, elsewhere] of cases) {
    const found = [isColoured(pty.slave, environment), isColoured(-1, environment)]
    test.strictSame(found, [onTerminal, elsewhere], JSON.stringify(environment))
  }
  test.end()
})

void t.test('charts are drawn with blocks unless the locale or the terminal has none', (test) => {
  const cases: readonly (readonly [Environment, boolean])[] = [
    [{}, true],
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, true],
    [{ TERM: 'linux' }, false],
  ]
  for (const [environment, isDrawn] of cases) {
    test.equal(within(environment, drawsUnicode), isDrawn, JSON.stringify(environment))
  }
  test.end()
})
