import { spawnSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { findCommand } from '../../src/system/command-error.ts'
import { tempFolder } from './checks/ask.ts'

const PROGRAM = readFileSync('/bin/true')
const LOADER = /\/lib\w*\/ld-linux-[\w.-]+/.exec(PROGRAM.toString('latin1'))?.[0]
const THIS_MACHINE = new Map([
  ['x64', 'x86-64 (amd64)'],
  ['arm64', 'ARM 64-bit (arm64)'],
]).get(process.arch)
const UNLESS_KNOWN = LOADER === undefined || THIS_MACHINE === undefined ? 'the programs here are others' : false

/** What each file is and why it cannot be executed; FILE stands for its path. Null: it can. */
const FILES: readonly (readonly [string, string | Buffer, string | null, (126 | 127)?])[] = [
  ['a script', '#!/bin/sh\n', null],
  ['a script without newline', '#!/bin/sh', null],
  ['a script with blanks and an argument', '#! \t/bin/sh -e \n', null],
  ['a script of env', '#!/usr/bin/env sh\n', null],
  ['a script of env -S', '#!/usr/bin/env -S A=1 sh -e\n', null],
  ['a script whose env has options', '#!/usr/bin/env -i nothing-known\n', null],
  ['a program', PROGRAM, null],
  [
    'CRLF line ends',
    '#!/bin/sh\r\necho\r\n',
    'it has CRLF line ends, so that its interpreter would be "/bin/sh\\r"; convert them to LF',
  ],
  [
    'CRLF line ends under env',
    '#!/usr/bin/env sh\r\n',
    'it has CRLF line ends, so that its interpreter would be "/usr/bin/env sh\\r"; convert them to LF',
  ],
  ['a missing interpreter', '#!/no/such -x\n', 'its interpreter "/no/such" does not exist', 127],
  [
    'an interpreter that env does not find',
    '#!/usr/bin/env pyhton3\n',
    'its interpreter "pyhton3" is not found in PATH (/usr/bin:/bin)',
    127,
  ],
  [
    'an interpreter that env -S does not find',
    '#!/usr/bin/env -S FOO=1 pyhton3 -u\n',
    'its interpreter "pyhton3" is not found in PATH (/usr/bin:/bin)',
    127,
  ],
  [
    'words for env that are one',
    '#!/usr/bin/env node --harmony\n',
    'it asks env for one program called "node --harmony"; write env -S node --harmony',
    127,
  ],
  ['a folder as interpreter', '#!/bin\n', 'its interpreter "/bin" is a directory'],
  ['no interpreter', '#! \necho\n', 'it has a first line "#!" that names no interpreter'],
  ['itself as interpreter', '#!FILE\n', 'it leads to more than 5 interpreters of interpreters'],
  [
    'a first line without end',
    `#!/${'x'.repeat(300)}\n`,
    'it has a first line longer than the 255 bytes that the kernel reads',
  ],
  ['a text', 'echo hello\n', 'it is a text without a first line such as #!/bin/sh'],
  ['an empty file', '', 'it is empty'],
  ['a blank first line', '\n#!/bin/sh\n', 'it has its "#!" not at the very beginning; remove what is before it'],
  [
    'a byte order mark',
    '\uFEFF#!/bin/sh\n',
    'it begins with a byte order mark, which hides its first line #!; save it without',
  ],
  ['UTF-16', Buffer.from('\uFEFF#!/bin/sh\n', 'utf16le'), 'it is a text in UTF-16; save it in UTF-8'],
  ['a Windows program', 'MZ\x90\0\x03', 'it is a Windows program'],
  ['a macOS program', Buffer.from([0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]), 'it is a macOS program'],
  ['bytes', Buffer.from([1, 0, 2, 3]), 'it is neither a program nor a script'],
  ['a beginning of a program', PROGRAM.subarray(0, 40), 'it is a damaged or cut-off ELF file'],
  ['a header of a program', PROGRAM.subarray(0, 64), 'it is a damaged or cut-off ELF file'],
  ['an object file', elf((bytes) => bytes.writeUInt16LE(1, 16)), 'it is an object file, not a program'],
  ['a header that points nowhere', elf((bytes) => bytes.fill(0xff, 32, 40)), 'it is a damaged or cut-off ELF file'],
  [
    'a program for Alpine',
    withLoader('/lib/ld-musl-x86_64.so.1'),
    'its dynamic loader "/lib/ld-musl-x86_64.so.1" does not exist; it is built for musl, as in Alpine: take a build for glibc',
    127,
  ],
  [
    'a program for an unknown glibc',
    withLoader('/lib64/ld-linux-none.so'),
    'its dynamic loader "/lib64/ld-linux-none.so" does not exist; it is built for glibc: take a build for this system',
    127,
  ],
  ...foreign(),
]

for (const [name, content, why, status = 126] of FILES) {
  const skip = Buffer.isBuffer(content) && /program|object|header/.test(name) && UNLESS_KNOWN
  void test(name, { skip }, async (t) => {
    const file = join(tempFolder(t), 'file')
    writeFileSync(file, typeof content === 'string' ? content.replace('FILE', file) : content, { mode: 0o755 })
    t.same(
      findCommand({ argv0: file, path: '/usr/bin:/bin', workingDir: null }),
      why === null ? file : { message: `cannot execute "${file}": ${why}`, status },
    )
  })
}

function elf(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(PROGRAM)
  change(bytes)
  return bytes
}

function withLoader(path: string): Buffer {
  return elf((bytes) => {
    if (LOADER === undefined) return
    const at = bytes.indexOf(LOADER)
    bytes.fill(0, at, at + LOADER.length)
    bytes.write(path, at)
  })
}

function foreign(): readonly (readonly [string, Buffer, string])[] {
  const ours = `this machine is ${THIS_MACHINE}`
  return [
    ['a program for s390x', elf((bytes) => bytes.writeUInt16LE(22, 18)), `it is built for s390x, ${ours}`],
    [
      'a program for what nobody knows',
      elf((bytes) => bytes.writeUInt16LE(999, 18)),
      `it is built for machine 999, ${ours}`,
    ],
    ['a program of the other byte order', bigEndian32(), `it is built for PowerPC, ${ours}`],
  ]
}

/** The head of a 32-bit program for PowerPC, without program headers. */
function bigEndian32(): Buffer {
  const bytes = Buffer.alloc(52)
  bytes.write('\x7fELF\x01\x02\x01', 'latin1')
  bytes.writeUInt16BE(2, 16)
  bytes.writeUInt16BE(20, 18)
  bytes.writeUInt16BE(32, 42)
  return bytes
}

interface Outcome {
  readonly message: string
  readonly status: 126 | 127
}

function problemOf(argv0: string, path: string | undefined, workingDir: string | null = null): Outcome | null {
  const found = findCommand({ argv0, path, workingDir })
  return typeof found === 'string' ? null : found
}

void test('the place of a command', async (t) => {
  const folder = tempFolder(t)
  const at = (name: string) => join(folder, name)
  writeFileSync(at('plain'), '#!/bin/sh\n', { mode: 0o644 })
  mkdirSync(at('sub'))
  symlinkSync('gone', at('link'))
  symlinkSync('loop', at('loop'))
  spawnSync('mkfifo', [at('pipe')])
  chmodSync(at('pipe'), 0o777)
  const refused = (argv0: string, why: string, status: 126 | 127) => {
    t.same(problemOf(argv0, undefined, folder), { message: `cannot execute "${argv0}": ${why}`, status })
  }
  refused('', 'it is the empty string', 127)
  refused('./gone', `"${at('gone')}" does not exist`, 127)
  refused(at('gone'), 'it does not exist', 127)
  refused('./plain', `"${at('plain')}" is not executable; try chmod +x "${at('plain')}"`, 126)
  refused('./plain/x', `"${at('plain/x')}" does not exist, since a part of its path is not a directory`, 126)
  refused('./sub', `"${at('sub')}" is a directory`, 126)
  refused('./link', `"${at('link')}" is a link to "gone", which does not exist`, 127)
  refused('./loop', `"${at('loop')}" is a link that leads back to itself`, 126)
  refused('./pipe', `"${at('pipe')}" is not a regular file`, 126)
})

void test('the working directory', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'file'), '')
  const refused = (workingDir: string, why: string) => {
    t.same(problemOf('/bin/true', undefined, workingDir), {
      message: `cannot execute "/bin/true": ${why}`,
      status: 126,
    })
  }
  refused(`${folder}/gone`, `the working directory "${folder}/gone" does not exist`)
  refused(`${folder}/file`, `the working directory "${folder}/file" is not a directory`)
  refused(`${folder}/file/x`, `a part of the working directory "${folder}/file/x" is not a directory`)
  t.equal(problemOf('/bin/true', undefined, folder), null)
})

void test('a command in PATH', async (t) => {
  const folder = tempFolder(t)
  const [first, second] = [join(folder, 'first'), join(folder, 'second')]
  mkdirSync(first)
  mkdirSync(second)
  const path = `${first}:${join(folder, 'gone')}:${second}`
  write(join(first, 'server'), 0o644)
  t.same(problemOf('server', path), {
    message: `cannot execute "server": "${first}/server" is not executable; try chmod +x "${first}/server"`,
    status: 126,
  })
  write(join(second, 'server'), 0o755)
  t.equal(problemOf('server', path), null, 'a later one that can be executed is taken')

  const notFound = (hint: string) => `not found in PATH (${path})${hint}`
  const refused = (argv0: string, why: string, workingDir: string | null = null) => {
    t.same(problemOf(argv0, path, workingDir), { message: `cannot execute "${argv0}": ${why}`, status: 127 })
  }
  refused('sevrer', notFound('; did you mean "server"?'))
  refused('serve', notFound('; did you mean "server"?'))
  refused('Server1', notFound('; did you mean "server"?'))
  refused('postgres', notFound(''))
  refused('s', notFound(''))
  refused('server -v', notFound('; in a list, each word of a command is an item of its own'))
  write(join(folder, 'start.sh'), 0o755)
  refused('start.sh', notFound('; did you mean "./start.sh"?'), folder)
  refused('a\0b', notFound(''))
})

void test('PATH when it is not set, empty or relative', async (t) => {
  const folder = tempFolder(t)
  t.equal(problemOf('true', undefined), null)
  t.same(problemOf('no-such-command', undefined), {
    message: 'cannot execute "no-such-command": not found in the default PATH (/bin:/usr/bin)',
    status: 127,
  })
  writeFileSync(join(folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 })
  t.equal(problemOf('tool', '', folder), null)
  t.equal(problemOf('tool', '/usr/bin::/bin', folder), null)
  t.equal(problemOf('tool', '.', folder), null)
  t.equal(problemOf('tool', '/', folder)?.status, 127)
})

function write(file: string, mode: number): void {
  writeFileSync(file, '#!/bin/sh\n', { mode })
}

const isRoot = process.getuid?.() === 0

/** Runs the function under test with other rights or mounts than ours, in a process of its own. */
function problemUnder(wrapper: readonly string[], argv0: string, workingDir: string | null = null): unknown {
  const module = new URL('../../src/system/command-error.js', import.meta.url).href
  const request = JSON.stringify({ argv0, path: '/usr/bin:/bin', workingDir })
  const script = `import { findCommand } from ${JSON.stringify(module)}
    console.log(JSON.stringify(findCommand(${request})))`
  const [command, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
  return stdout === '' ? stderr : JSON.parse(stdout)
}

void test('a noexec mount', { skip: isRoot ? false : 'mounting needs root' }, async (t) => {
  const folder = join(tempFolder(t), 'a b')
  mkdirSync(folder)
  const file = join(folder, 'run')
  const prepare = `mount -t tmpfs -o noexec none "$0" && cp /bin/true "$0/run" && exec "$@"`
  t.same(problemUnder(['unshare', '--mount', 'sh', '-c', prepare, folder], file), {
    message: `cannot execute "${file}": it lies on "${folder}", which is mounted noexec; put it on another file system`,
    status: 126,
  })
})

void test('rights that are not ours', { skip: isRoot ? false : 'changing the user needs root' }, async (t) => {
  const folder = tempFolder(t)
  chmodSync(folder, 0o755)
  const file = join(folder, 'run')
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o700 })
  mkdirSync(join(folder, 'closed'), { mode: 0o700 })
  linkSync(file, join(folder, 'closed/run'))
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
  t.same(problemUnder(nobody, file), {
    message: `cannot execute "${file}": it has mode 0700 and owner 0:0, which do not let us execute it`,
    status: 126,
  })
  t.same(problemUnder(nobody, join(folder, 'closed/run')), {
    message: `cannot execute "${folder}/closed/run": it lies in a directory that we may not search`,
    status: 126,
  })
  t.same(problemUnder(nobody, '/bin/true', join(folder, 'closed')), {
    message: `cannot execute "/bin/true": the working directory "${folder}/closed" cannot be entered: EACCES`,
    status: 126,
  })
  writeFileSync(join(folder, 'secret'), 'no first line', { mode: 0o711 })
  t.same(problemUnder(nobody, join(folder, 'secret')), join(folder, 'secret'), 'what cannot be read is not judged')
})
