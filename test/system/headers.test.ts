import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { SIGNAL_NAMES, signalNumber } from '../../src/core/config/signal.ts'
import { namesOf } from '../../src/system/capabilities.ts'
import { RESOURCES } from '../../src/system/rlimits.ts'
import { ROOT } from '../pid1/support/requirements.ts'

const LIBC = join(ROOT, 'src', 'system', 'libc')

/** What in there has a name of our own, in C; `>=` where more is taken than is needed. */
const OURS: Readonly<Record<string, string>> = {
  ACTIONS_BYTES: '>= sizeof(posix_spawn_file_actions_t)',
  ATTRIBUTES_BYTES: '>= sizeof(posix_spawnattr_t)',
  SIGNALS_BYTES: '== sizeof(sigset_t)',
  TERMIOS_BYTES: '>= sizeof(struct termios)',
  CREDENTIALS_BYTES: '== sizeof(struct ucred)',
  SI_CODE_OFFSET: '== offsetof(siginfo_t, si_code)',
  SI_PID_OFFSET: '== offsetof(siginfo_t, si_pid)',
  SI_STATUS_OFFSET: '== offsetof(siginfo_t, si_status)',
  MAX_GROUPS: '== NGROUPS_MAX',
  FIRST_REAL_TIME: '> SIGSYS',
  LAST_REAL_TIME: '== _NSIG - 1',
  SIG_DFL: '== (long) SIG_DFL',
  SIG_IGN: '== (long) SIG_IGN',
}

/** What stands in the code without a name. */
const LAYOUTS = [
  'sizeof(void *) == 8',
  'sizeof(siginfo_t) == 128',
  'sizeof(struct rlimit) == 16',
  'offsetof(struct rlimit, rlim_max) == 8',
  'sizeof(struct timespec) == 16',
  'offsetof(struct timespec, tv_nsec) == 8',
  'offsetof(struct sockaddr_un, sun_path) == 2',
  'offsetof(struct ucred, uid) == 4',
  'offsetof(struct ucred, gid) == 8',
  'CLOCK_BOOTTIME == 7',
]

const HEADERS = [
  'errno.h fcntl.h signal.h spawn.h stddef.h termios.h time.h sys/prctl.h sys/resource.h sys/socket.h sys/un.h sys/wait.h',
  'asm/socket.h linux/capability.h linux/limits.h',
].flatMap((names) => names.split(' '))

/** Both have the same sizes of types: one compiler can read the headers of either. */
const FOLDERS = [
  ['this machine', null],
  ['arm64', '/usr/aarch64-linux-gnu/include'],
] as const

const UNLESS_COMPILER = spawnSync('cc', ['--version']).status === 0 ? false : 'there is no C compiler'

for (const [machine, folder] of FOLDERS) {
  const skip = UNLESS_COMPILER || (folder !== null && !existsSync(folder) && `there is no ${folder}`)
  void test(`what is said to the kernel by numbers is what the headers of ${machine} have`, { skip }, async (t) => {
    const claims = [...LAYOUTS, ...libcNumbers(), ...otherNumbers()]
    t.ok(claims.length > 120)
    t.strictSame(refusals(claims, folder), [])
    t.strictSame(refusals(['O_CLOEXEC == 1'], folder).length, 1)
  })
}

function libcNumbers(): readonly string[] {
  const texts = readdirSync(LIBC).map((name) => readFileSync(join(LIBC, name), 'utf8'))
  return texts.flatMap((text) =>
    [...text.matchAll(/^const ([A-Z_\d]+) = (\d\w*)$/gm)].map(([, name = '', number = '']) => {
      const value = Number(number.replaceAll('_', ''))
      return OURS[name] === undefined ? `${name} == ${value}` : `${value} ${OURS[name]}`
    }),
  )
}

function otherNumbers(): readonly string[] {
  return [
    ...Object.entries(RESOURCES).map(([name, number]) => `RLIMIT_${name.toUpperCase()} == ${number}`),
    ...SIGNAL_NAMES.map((name) => `${name} == ${signalNumber(name)}`),
    ...namesOf(2n ** 41n - 1n).map((name, number) => `CAP_${name} == ${number}`),
  ]
}

/** What the compiler has against them. */
function refusals(claims: readonly string[], folder: string | null): readonly string[] {
  const includes = ['#define _GNU_SOURCE', ...HEADERS.map((name) => `#include <${name}>`)]
  const lines = [...includes, ...claims.map((claim) => `_Static_assert(${claim}, "${claim}");`)]
  const own = spawnSync('cc', ['-print-file-name=include'], { encoding: 'utf8' }).stdout.trim()
  const search = folder === null ? [] : ['-nostdinc', '-isystem', own, '-isystem', folder]
  const { stderr } = spawnSync('cc', [...search, '-fsyntax-only', '-x', 'c', '-'], {
    input: lines.join('\n'),
    encoding: 'utf8',
  })
  return stderr.split('\n').filter((line) => line.includes('error:'))
}
