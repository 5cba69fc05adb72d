import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import t, { type Test } from 'tap'
import { makeFolder } from '../pid1/support/container.ts'
import { ROOT, UNLESS_PID_1 } from '../pid1/support/requirements.ts'

const skip = UNLESS_PID_1
const SCRIPT = join(ROOT, 'docker', 'rootfs', 'usr', 'local', 'lib', 'pidone', 'prepare')
const UID = 4711
/** What can be given in a file as well. */
const SETTINGS = ['DATABASE_URL', 'REDIS_URL', 'POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'SESSION_SECRET', 'PUBLIC_URL']
const SECRETS = ['postgres-password', 'redis-password', 'session-secret']
/**
 * The image has busybox, and little else; whoever builds his own may have dash. Debian's busybox-static is another: it takes
 * its own commands before those of PATH.
 */
const SHELLS = [['sh'], ['busybox', 'sh']].filter(([command = '', ...rest]) => {
  return spawnSync(command, [...rest, '-c', '[ "$(command -v ls)" != ls ]']).status === 0
})
/** What the image has of util-linux: see docker/lists/system. */
const NOT_OF_BUSYBOX = ['flock', 'setpriv']
const COMMANDS_OF_IMAGE = skip === false && SHELLS.length > 1 ? makeCommandsOfImage(t) : ''

/** What is not in the container. */
const ELSEWHERE = { DATABASE_URL: 'postgres://db', REDIS_URL: 'redis://cache' }

/** A volume and the programs beside it; PostgreSQL is one that only says its version. */
interface Volume {
  readonly data: string
  readonly programs: string
}

interface Options {
  readonly environment?: Readonly<Record<string, string>>
  /** What root does in the same mount namespace before, `$1` being the volume. */
  readonly before?: string
  readonly uid?: number
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function makeVolume(test: Test): Volume {
  const folder = makeFolder(test)
  const data = join(folder, 'data')
  mkdirSync(data)
  chownSync(data, UID, UID)
  writeFileSync(join(folder, 'postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 17.6 (Debian 17.6-1)"\n')
  chmodSync(join(folder, 'postgres'), 0o755)
  return { data, programs: folder }
}

/** A folder with the commands that the image has, and no other. */
function makeCommandsOfImage(test: Test): string {
  const folder = makeFolder(test)
  const make = 'busybox --install -s "$0" && for name; do ln -sf "$(command -v "$name")" "$0"; done'
  test.equal(spawnSync('sh', ['-ec', make, folder, 'busybox', ...NOT_OF_BUSYBOX]).status, 0)
  return folder
}

function prepare(shell: readonly string[], { data, programs }: Volume, options: Options = {}): Ended {
  const { environment = {}, before = ':', uid = UID } = options
  const become = `setpriv --reuid ${uid} --regid ${uid} --clear-groups`
  const path = [programs, shell[0] === 'busybox' ? COMMANDS_OF_IMAGE : process.env['PATH']].join(delimiter)
  const script = `${before}; data=$1; shift; exec ${become} env PATH=${path} "$@" "$data"`
  const words = ['--mount', 'sh', '-ec', script, 'sh', data, ...shell, SCRIPT]
  const { status, stdout, stderr } = spawnSync('unshare', words, {
    env: { PATH: process.env['PATH'], ...environment },
    encoding: 'utf8',
  })
  return { status, stdout: stdout.replaceAll(data, '/data'), stderr: stderr.replaceAll(data, '/data') }
}

/** Owner, mode and content of everything in the volume. */
function contentOf({ data }: Volume): readonly unknown[] {
  const names = ['.', ...readdirSync(data, { recursive: true, encoding: 'utf8' }).toSorted()]
  return names.map((name) => {
    const { uid, mode } = statSync(join(data, name))
    const isFile = statSync(join(data, name)).isFile()
    return [name, uid, mode.toString(8), isFile ? readFileSync(join(data, name), 'utf8') : null]
  })
}

function makeDatabase({ data }: Volume, version: string): void {
  mkdirSync(join(data, 'postgres'), { mode: 0o700 })
  writeFileSync(join(data, 'postgres', 'PG_VERSION'), `${version}\n`)
  for (const path of ['postgres', 'postgres/PG_VERSION']) chownSync(join(data, path), UID, UID)
}

for (const shell of SHELLS) {
  const name = shell.join(' ')

  void t.test(`${name}: makes the secrets once, for their owner, and tells them by path`, { skip }, async (test) => {
    const volume = makeVolume(test)
    const first = prepare(shell, volume)
    const variables = ['POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'SESSION_SECRET']
    const lines = SECRETS.map((secret, at) => `made "/data/secrets/${secret}", since ${variables[at]} is not given\n`)
    test.same(first, { status: 0, stdout: lines.join(''), stderr: '' })
    const made = contentOf(volume)
    test.match(made, [
      ['.', UID, '40755', null],
      ['redis', UID, '40700', null],
      ['secrets', UID, '40700', null],
      ...SECRETS.map((secret) => [`secrets/${secret}`, UID, '100600', /^[0-9a-f]{64}$/]),
    ])
    test.equal(new Set(SECRETS.map((secret) => readFileSync(join(volume.data, 'secrets', secret), 'utf8'))).size, 3)
    test.same(prepare(shell, volume), { status: 0, stdout: '', stderr: '' })
    test.same(contentOf(volume), made)
  })

  void t.test(`${name}: makes none that is given, and nothing for servers elsewhere`, { skip }, async (test) => {
    const volume = makeVolume(test)
    const environment = { ...ELSEWHERE, SESSION_SECRET: `"$(id) 'x` }
    test.same(prepare(shell, volume, { environment }), { status: 0, stdout: '', stderr: '' })
    test.same(contentOf(volume), [['.', UID, '40755', null]])
  })

  void t.test(`${name}: takes any password in UTF-8, and any bytes where nobody uses them`, { skip }, (test) => {
    const environment = {
      POSTGRES_PASSWORD: 'caf\u{e9} \u{20ac}\n\u{1f600}',
      REDIS_PASSWORD: '\\x "$(id)"',
      SESSION_SECRET: 'x',
    }
    test.same(prepare(shell, makeVolume(test), { environment }), { status: 0, stdout: '', stderr: '' })
    const before = `export POSTGRES_PASSWORD="$(printf 'caf\\351')" SESSION_SECRET="$(printf 'caf\\351')"`
    test.same(prepare(shell, makeVolume(test), { environment: ELSEWHERE, before }), {
      status: 0,
      stdout: '',
      stderr: '',
    })
    test.end()
  })

  void t.test(`${name}: of two that make a secret at once the first one wins`, { skip }, async (test) => {
    const volume = makeVolume(test)
    const secret = join(volume.data, 'secrets', 'session-secret')
    const first = `#!/bin/sh\necho theirs >${secret}\nexec /usr/bin/od "$@"\n`
    writeFileSync(join(volume.programs, 'od'), first, { mode: 0o755 })
    test.equal(prepare(shell, volume, { environment: ELSEWHERE }).status, 0)
    test.strictSame(readdirSync(join(volume.data, 'secrets')), ['session-secret'])
    test.equal(readFileSync(secret, 'utf8'), 'theirs\n')
  })

  void t.test(`${name}: takes back what a group may do with the secrets, or tells it`, { skip }, async (test) => {
    const volume = makeVolume(test)
    const folder = join(volume.data, 'secrets')
    const secret = join(folder, 'session-secret')
    prepare(shell, volume, { environment: ELSEWHERE })
    chmodSync(folder, 0o770)
    chmodSync(secret, 0o660)
    test.same(prepare(shell, volume, { environment: ELSEWHERE }), { status: 0, stdout: '', stderr: '' })
    test.strictSame([statSync(folder).mode & 0o777, statSync(secret).mode & 0o777], [0o700, 0o600])
    chmodSync(folder, 0o770)
    chownSync(folder, 70, UID)
    test.same(prepare(shell, volume, { environment: ELSEWHERE }), {
      status: 0,
      stdout: '',
      stderr: 'cannot keep "/data/secrets" from its group: it belongs to uid 70; run as that, or make it mode 0700\n',
    })
  })

  void t.test(`${name}: refuses with the way out, and leaves everything as it was`, { skip }, async (test) => {
    const refused = (options: Options, change: (volume: Volume) => void = () => {}): string => {
      const volume = makeVolume(test)
      change(volume)
      const before = contentOf(volume)
      const { status, stdout, stderr } = prepare(shell, volume, options)
      test.strictSame([status, stdout, contentOf(volume)], [1, '', before])
      return stderr
    }
    const handOver =
      'hand it over with "docker run --rm --user 0 --entrypoint sh -v VOLUME:/data IMAGE -c \'mkdir -pm 700 /data/secrets && chown -R 4711:4711 /data\'"\n'
    test.equal(
      refused({}, ({ data }) => chownSync(data, 999, 999)),
      `cannot write to "/data": it belongs to uid 999, and this is uid 4711; ${handOver}`,
    )
    test.equal(
      refused({}, (volume) => {
        makeDatabase(volume, '17')
        chownSync(join(volume.data, 'postgres'), 70, 70)
      }),
      `cannot write to "/data/postgres": it belongs to uid 70, and this is uid 4711; ${handOver}`,
    )
    test.equal(
      refused({}, (volume) => makeDatabase(volume, '16')),
      'cannot start PostgreSQL 17 on "/data/postgres": it was made by PostgreSQL 16, and is left as it is; ' +
        'run "pg_dumpall" in an image with PostgreSQL 16, and load that into a new volume\n',
    )
    test.equal(
      refused({}, (volume) => {
        makeDatabase(volume, '17')
        truncateSync(join(volume.data, 'postgres', 'PG_VERSION'))
      }),
      'cannot use "/data/postgres": "PG_VERSION" in it has no whole line; restore a backup into a new volume\n',
    )
    test.equal(
      refused({}, (volume) => {
        makeDatabase(volume, '17')
        renameSync(join(volume.data, 'postgres', 'PG_VERSION'), join(volume.data, 'postgres', 'mine'))
      }),
      'cannot make a database in "/data/postgres": it is not empty, and no database; move away what is in it\n',
    )
    test.equal(
      refused({ before: 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"' }),
      'cannot write to "/data": Read-only file system; mount a volume there that can be written\n',
    )
    test.equal(
      refused({ before: 'mount --bind /tmp /tmp; mount -o remount,ro,bind /tmp' }),
      'cannot make a socket in "/tmp": it cannot be written; add "--tmpfs /tmp"\n',
    )
    const small = `mount -t tmpfs -o size=1m,uid=${UID} tmpfs "$1"`
    test.equal(
      refused({ before: small }),
      'cannot make a database in "/data": no space: 1 MiB are free, and 64 are needed; mount a larger volume\n',
    )
    test.equal(
      refused({ before: `${small}; head -c 1M /dev/zero >"$1/fill"` }),
      'cannot write to "/data": No space left on device; make room, or mount another volume\n',
    )
    test.equal(
      refused({ before: `export POSTGRES_PASSWORD="$(printf 'caf\\351')" POSTGRES_PASSWORD_FILE=/run/secrets/db` }),
      'cannot take POSTGRES_PASSWORD from "/run/secrets/db": it is not UTF-8 text; write it in UTF-8\n',
    )
    test.equal(
      refused({ before: `export REDIS_PASSWORD="$(printf '\\351t\\351')"` }),
      'cannot take REDIS_PASSWORD: it is not UTF-8 text; write it in UTF-8\n',
    )
    for (const variable of SETTINGS) {
      test.equal(
        refused({ environment: { [`${variable}_FILE`]: '/run/secrets/s' } }),
        `cannot take ${variable} from "/run/secrets/s": it is empty; write it there, or leave out ${variable}_FILE\n`,
      )
    }
    test.equal(
      refused({ uid: 0 }),
      'cannot run PostgreSQL as root: it refuses that; leave out "--user 0", or add "-e SERVICE_USER=app"\n',
    )
  })

  void t.test(`${name}: refuses a database that another container uses`, { skip }, async (test) => {
    const volume = makeVolume(test)
    makeDatabase(volume, '17')
    const before = 'exec 8<>"$1/postgres/PG_VERSION"; flock -n 8'
    test.equal(
      prepare(shell, volume, { before }).stderr,
      'cannot use "/data/postgres": another container does; stop that, or mount another volume\n',
    )
    // Asked again beside the server of its own container, which answers.
    writeFileSync(join(volume.programs, 'pg_isready'), '#!/bin/sh\n[ "$*" = "-q -h /tmp" ]\n', { mode: 0o755 })
    test.equal(prepare(shell, volume, { before }).status, 0)
    rmSync(join(volume.programs, 'pg_isready'))
    test.equal(prepare(shell, volume).status, 0)
    // What flock(1) says on a network's file system whose server has no locks.
    const flock = '#!/bin/sh\necho "flock: $2: No locks available" >&2\nexit 71\n'
    writeFileSync(join(volume.programs, 'flock'), flock, { mode: 0o755 })
    test.equal(
      prepare(shell, volume).stderr,
      'cannot lock "/data/postgres": No locks available; mount a volume there whose file system can lock\n',
    )
  })

  void t.test(`${name}: as root it gives what is there to whom the services run as`, { skip }, async (test) => {
    const volume = makeVolume(test)
    makeDatabase(volume, '17')
    symlinkSync('../../postgres', join(volume.data, 'postgres', 'link'))
    const { status } = prepare(shell, volume, { uid: 0, environment: { SERVICE_USER: '1234:1234' } })
    test.equal(status, 0)
    test.equal(statSync(join(volume.programs, 'postgres')).uid, 0)
    rmSync(join(volume.data, 'postgres', 'link'))
    const owners = contentOf(volume).map((entry) => (entry as readonly unknown[])[1])
    test.strictSame(
      owners,
      Array.from({ length: 8 }, () => 1234),
    )
  })
}
