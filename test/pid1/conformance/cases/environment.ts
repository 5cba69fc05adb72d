import { deepEqual, ok } from 'node:assert/strict'
import type { Case, Init } from '../case.ts'
import { sameAsBare, told } from '../seen.ts'
import { shell } from '../words.ts'

const ENVIRON = 'cat /proc/$$/environ'

/** CMD's environment and its arguments, byte by byte. */
export const ENVIRONMENT: readonly Case[] = [
  {
    name: 'every variable reaches CMD as it was, bytes that are no UTF-8 and newlines too',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: async (init) => {
      const values = ['', 'a=b', ' x ', 'a\nb\n', `'"$\\\``, '\u00e9\u{1F600}']
      const given = Object.fromEntries(values.map((value, index) => [`V${index}`, value]))
      const bytes = shell('W=$(printf "\\377\\200a\\n\\001"); X=$(printf "\\303(\\n."); export W X; exec "$@"')
      await keeps(init, { environment: given, before: bytes }, ['W', 'X', ...Object.keys(given)])
    },
  },
  {
    name: 'variables whose names are no identifiers reach CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => {
      const environment = {
        'my.app/name': '1',
        'a-b': '2',
        '1x': '3',
        'with space': '4',
        '\u00e9': '5',
        'BASH_FUNC_f%%': '() { :; }',
      }
      return keeps(init, { environment }, Object.keys(environment))
    },
  },
  {
    name: 'a value of 128 KiB reaches CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    // One word and its NUL: MAX_ARG_STRLEN of the kernel.
    run: (init) => keeps(init, { environment: { BIG: 'x'.repeat(131_072 - 5) } }, ['BIG']),
  },
  {
    name: "variables that would change the init's own language or loader reach CMD",
    promisedBy: ['SPEC', 'docker'],
    run: (init) => {
      const environment = {
        NODE_OPTIONS: '--no-such-option',
        NODE_PATH: '/nowhere',
        NODE_EXTRA_CA_CERTS: '/nowhere',
        NODE_DEBUG: 'net',
        UV_THREADPOOL_SIZE: '1',
        LD_LIBRARY_PATH: '/nowhere',
        SSL_CERT_FILE: '/nowhere',
        LD_BIND_NOW: '1',
        IFS: 'a',
        ENV: '/nowhere',
        PS4: '$(touch /tmp/no)',
        OPTIND: '3',
        BASH_ENV: '/nowhere',
        CDPATH: '/',
        SHELLOPTS: 'x',
      }
      return keeps(init, { environment }, Object.keys(environment))
    },
  },
  {
    name: 'nothing is added to the environment',
    promisedBy: ['tini', 'dumb-init', 'catatonit'],
    ours: 'adds `PIDONE_RUN`',
    reason: 'the mark is what finds processes that have left their parents and sessions',
    run: async (init) => sameAsBare(init, 'tr "\\0" "\\n" </proc/$$/environ | sort'),
  },
  {
    name: 'NOTIFY_SOCKET, LISTEN_FDS and their kind reach CMD',
    promisedBy: ['tini', 'dumb-init', 'catatonit'],
    otherwise: { catatonit: 'sets LISTEN_PID to the pid of CMD' },
    reason: 'they are meant for the one program that the container is for',
    run: (init) => {
      const environment = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '3000000', LISTEN_FDS: '1', LISTEN_PID: '1' }
      return keeps(init, { environment }, Object.keys(environment))
    },
  },
  {
    name: 'arguments reach CMD as they were: empty, with newlines, quotes, bytes that are no UTF-8',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) =>
      sameAsBare(init, ARGUMENTS, {
        before: shell('exec "$@" "$(printf "a\\377\\200b\\001")"'),
        command: ['', 'a b', 'a\nb', `'"$\\\``, '*', '-h', '--help', '--', '\u00e9'],
      }),
  },
  {
    name: '10,000 arguments reach CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) =>
      sameAsBare(init, ARGUMENTS, { command: Array.from({ length: 10_000 }, (_, index) => `argument ${index}`) }),
  },
  {
    name: 'an argument of 128 KiB reaches CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: (init) => sameAsBare(init, ARGUMENTS, { command: ['x'.repeat(131_071)] }),
  },
]

const ARGUMENTS = 'cat /proc/$$/cmdline'

/** The variables of these names have the same values as without an init. */
async function keeps(init: Init, start: Parameters<typeof told>[2], names: readonly string[]): Promise<void> {
  const bare = entries(await told({ ...init, start: init.startBare }, ENVIRON, start))
  const under = entries(await told(init, ENVIRON, start))
  const of = (all: readonly string[]): readonly string[] =>
    all.filter((entry) => names.some((name) => entry.startsWith(`${Buffer.from(name).toString('latin1')}=`))).toSorted()
  ok(of(bare).length === names.length, 'CMD without an init has them all')
  deepEqual(of(under), of(bare))
}

function entries(environ: Buffer): readonly string[] {
  return environ.toString('latin1').split('\0').slice(0, -1)
}
