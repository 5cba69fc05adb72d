import t from 'tap'
import { commandsOf } from './shell-commands.ts'

const SCRIPT = String.raw`#!/bin/sh
# not this: one
trap 'rm -rf "$work"; two' EXIT
main() {
  found=$(three "$(four a;b)" 'five; six' | seven) || fail "not; this # nor ${'${that#*) }'}"
  if ! A=1 eight -n 9>&2 2>/dev/null && [ "$1" = "it's" ]; then exec nine; fi
  case $(ten) in
    eleven | 'not;that') twelve ;;
    *) ;;
  esac
  thirteen <<'END' | fourteen $((fifteen + 1)) \
    sixteen
    not this; nor $(that)
END
  "$0/seventeen"; command -v eighteen >/dev/null
  for each in nineteen "$@"; do (twenty &); done
}
main
`

void t.test('the commands of a script are told by name', async (test) => {
  test.strictSame(
    commandsOf(SCRIPT),
    '[ b eight eighteen fail four fourteen nine rm seven ten thirteen three twelve twenty two'.split(' ').toSorted(),
  )
})
