import { equal, ok } from 'node:assert/strict'
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPipe } from '../../../../src/system/libc/pipe.ts'
import type { Case } from '../case.ts'
import { sameAsBare, told } from '../seen.ts'
import { perl, shell } from '../words.ts'

/** More than any pipe holds. */
const MUCH = Buffer.from(Array.from({ length: 1_000_003 }, (_, index) => (index * index + (index >> 8)) & 255))

/** 0, 1 and 2, which are CMD's own. */
export const STDIO: readonly Case[] = [
  {
    name: 'each byte that comes through a pipe reaches CMD, and its end',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: async (init) => {
      const running = await init.start({ stdin: 'pipe', command: shell('exec cat >got') })
      running.stdin?.end(MUCH)
      equal(await running.end(), 0)
      ok(readFileSync(join(init.folder, 'got')).equals(MUCH), 'CMD has read something else')
    },
  },
  {
    name: 'CMD reads a file as its input, from where it stands',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: async (init) => {
      writeFileSync(join(init.folder, 'input'), 'first\nsecond\n')
      const fd = openSync(join(init.folder, 'input'), 'r')
      const before = perl('sysread STDIN, my $line, 6; exec @ARGV')
      equal((await told(init, 'cat', { stdin: fd, before }).finally(() => closeSync(fd))).toString(), 'second\n')
    },
  },
  {
    name: 'with a closed input CMD starts, and reads nothing',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    otherwise: { tini: 'ends with 1' },
    reason: 'an input that nobody has connected is no reason to fail',
    run: async (init) => {
      equal((await told(init, 'cat 2>/dev/null || :', { before: shell('exec "$@" <&-') })).toString(), '')
    },
  },
  {
    name: 'with all three closed CMD has its status',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    otherwise: { tini: 'ends with 1' },
    reason: 'an input that nobody has connected is no reason to fail',
    run: async (init) => {
      const running = await init.start({ before: shell('exec "$@" <&- >&- 2>&-'), command: shell('exit 9') })
      equal(await running.end(), 9)
    },
  },
  {
    name: 'a closed descriptor is closed in CMD, too',
    promisedBy: ['tini', 'dumb-init', 'catatonit'],
    otherwise: { tini: 'ends with 1' },
    ours: 'CMD finds `/dev/null` there',
    reason: 'what CMD opens first would take the place of its output; no container engine closes them',
    run: (init) => sameAsBare(init, 'ls /proc/$$/fd', { before: shell('exec "$@" <&- 2>&-') }),
  },
  {
    name: 'nothing but what CMD writes is on stdout',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: async (init) => {
      const fd = openSync(join(init.folder, 'output'), 'w')
      const running = await init.start({ stdout: fd, command: shell('printf "a\\000\\377b"; exit 3') })
      closeSync(fd)
      equal(await running.end(), 3)
      equal(readFileSync(join(init.folder, 'output')).toString('latin1'), 'a\0\u00ffb')
    },
  },
  {
    name: 'nothing but what CMD writes is on stderr',
    // Elsewhere the pipe has other holders.
    only: ['pid1', 'shared'],
    promisedBy: ['tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const running = await init.start({ command: shell('echo error >&2; exit 3') })
      equal(await running.end(), 3)
      await running.stderr.ended
      equal(running.stderr.text(), 'error\n')
    },
  },
  {
    name: 'all that CMD has written before its end arrives',
    // Elsewhere the pipe has other holders.
    only: ['pid1', 'shared'],
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit', 'docker'],
    run: async (init) => {
      writeFileSync(join(init.folder, 'much'), MUCH.toString('hex'))
      const running = await init.start({ command: ['cat', 'much'] })
      equal(await running.end(), 0)
      await running.stdout.ended
      ok(running.stdout.text() === MUCH.toString('hex'), 'something else has arrived')
    },
  },
  {
    name: 'stdout and stderr that are one file keep their order and append to it',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const path = join(init.folder, 'output')
      writeFileSync(path, 'before\n')
      const fd = openSync(path, 'a')
      const write = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done'
      const running = await init.start({ stdout: fd, stderr: fd, command: shell(write) })
      closeSync(fd)
      equal(await running.end(), 0)
      const [before, ...lines] = readFileSync(path, 'utf8').split('\n')
      equal(before, 'before')
      equal(lines.slice(0, 6).join(' '), 'out 1 err 1 out 2 err 2 out 3 err 3')
    },
  },
  {
    name: 'a full disk as stdout is told to CMD (ENOSPC), and the init goes on',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const fd = openSync('/dev/full', 'w')
      const command = perl('require POSIX; syswrite(STDOUT, "x") and exit 1; POSIX::_exit($!{ENOSPC} ? 7 : 2)')
      const running = await init.start({ stdout: fd, stderr: fd, command })
      closeSync(fd)
      equal(await running.end(), 7)
    },
  },
  {
    name: 'a pipe that nobody reads ends CMD with SIGPIPE, as without an init',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const fd = brokenPipe()
      const running = await init.start({ stdout: fd, stderr: fd, command: perl('syswrite STDOUT, "x"; exit 3') })
      closeSync(fd)
      equal(await running.end(), 141)
    },
  },
  {
    name: 'with pipes that nobody reads the init lives as long as CMD',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const fd = brokenPipe()
      const running = await init.start({
        stdin: 'pipe',
        stdout: fd,
        stderr: fd,
        command: shell(
          'trap "" PIPE; for i in 1 2 3 4 5; do echo x; (true &); done 2>/dev/null; touch up; read line; exit 6',
        ),
      })
      closeSync(fd)
      running.stdin?.end('\n')
      equal(await running.end(), 6)
    },
  },
  {
    name: 'O_NONBLOCK is not set on the descriptors that CMD shares',
    promisedBy: ['SPEC', 'tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const running = await init.start({
        stdin: 'pipe',
        command: perl(
          'use Fcntl; $l = <STDIN>; open my $f, ">", "flags"; print $f map { (fcntl($_, F_GETFL, 0) & O_NONBLOCK) ? 1 : 0 } STDIN, STDOUT, STDERR',
        ),
      })
      running.stdin?.end('\n')
      equal(await running.end(), 0)
      equal(readFileSync(join(init.folder, 'flags'), 'utf8'), '000')
    },
  },
  {
    name: 'a non-blocking description stays non-blocking',
    promisedBy: ['tini', 'dumb-init', 'catatonit'],
    run: async (init) => {
      const fd = openSync('/dev/zero', constants.O_RDONLY | constants.O_NONBLOCK)
      await sameAsBare(init, 'grep flags /proc/$$/fdinfo/0', { stdin: fd }).finally(() => closeSync(fd))
    },
  },
]

/** The end of a pipe without a reader. */
function brokenPipe(): number {
  const ends = openPipe()
  if (typeof ends === 'number') throw new Error(`cannot open a pipe: errno ${-ends}`)
  closeSync(ends.readFd)
  return ends.writeFd
}
