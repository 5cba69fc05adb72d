import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { bytesOf } from '../raw-text.ts'
import { libc, outcome } from './calls.ts'
import { packTexts } from './program-texts.ts'

// Constants of spawn.h, the same in glibc and musl.
const POSIX_SPAWN_SETPGROUP = 0x2
const POSIX_SPAWN_SETSIGDEF = 0x4
const POSIX_SPAWN_SETSIGMASK = 0x8
const POSIX_SPAWN_SETSID = 0x80
// More than the structs take on any 64-bit platform: 80 and 336 bytes, and 128 for a set of signals.
const ACTIONS_BYTES = 512
const ATTRIBUTES_BYTES = 1024
const SIGNALS_BYTES = 128
// open(2), Linux on 64-bit: for a descriptor only to come back to, which takes no right to read.
const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000

/** `own`: it leads a session, and so a group, of its own (setsid(2)); `group`: a group within ours; `shared`: neither. */
export type Session = 'own' | 'group' | 'shared'

/** What a process is started with; all texts as of `textOf`, so that they may stand for any bytes. */
export interface Program {
  /** Its path, relative ones from `workingDir`; nothing is searched. */
  readonly file: string
  /** The name it is called by, and its arguments. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Null: ours. */
  readonly workingDir: string | null
  /** By the number that it gets, the number that we have it under; it gets nothing else that is closed on exec. */
  readonly descriptors: ReadonlyMap<number, number>
  readonly session: Session
  /**
   * Our controlling terminal, in front of which its group is put; null: none, or it stays where it is. Below glibc 2.35
   * and with musl this is done when the program has begun: one that looks for the terminal at once may be stopped by it.
   */
  readonly terminal: number | null
}

/**
 * Starts a process (posix_spawn(3)), every signal at its default and none blocked; it inherits our mask for new files and
 * our limits. As a fork does in libuv, this waits until the program is executed, or cannot be.
 *
 * @param around Calls what it is given, as often as it likes, under conditions of its own.
 * @returns The pid, or a negative errno; -EINVAL where a text has a NUL, which would end it.
 */
export function spawnProcess(program: Program, around: (spawn: () => number) => number = atOnce): number {
  const texts = packTexts(program)
  if (texts === null || program.workingDir?.includes('\0') === true) return -constants.errno.EINVAL
  const { strings, args, environment } = texts
  const pid = Buffer.alloc(4)
  return withActions(program, (actions) =>
    withAttributes(program.session, (attributes) =>
      inFolder(program, () =>
        around(() => {
          // `strings` begins with the file, and as an argument is kept alive.
          const errno = libc().posix_spawn(pid, strings, actions, attributes, args, environment)
          return errno === 0 ? putInFront(pid.readInt32LE(), program) : -errno
        }),
      ),
    ),
  )
}

function atOnce(spawn: () => number): number {
  return spawn()
}

/** What the child does before it executes its program; libc allocates for it. */
function withActions({ descriptors, workingDir, terminal }: Program, act: (actions: Buffer) => number): number {
  const calls = libc()
  const actions = Buffer.alloc(ACTIONS_BYTES)
  const init = calls.posix_spawn_file_actions_init(actions)
  if (init !== 0) return -init
  try {
    const errno = addTerminal(actions, terminal) || addMoves(actions, descriptors) || addFolder(actions, workingDir)
    return errno === 0 ? act(actions) : -errno
  } finally {
    calls.posix_spawn_file_actions_destroy(actions)
  }
}

/** For a libc that cannot do it in the child: before anything else, since the program is running. */
function putInFront(pid: number, { terminal }: Program): number {
  const { posix_spawn_file_actions_addtcsetpgrp_np: add, tcsetpgrp } = libc()
  if (terminal !== null && add === null) tcsetpgrp(terminal, pid)
  return pid
}

function addTerminal(actions: Buffer, terminal: number | null): number {
  const { posix_spawn_file_actions_addtcsetpgrp_np: add } = libc()
  return terminal === null || add === null ? 0 : add(actions, terminal)
}

/**
 * A descriptor goes to its number at once, unless something else is still to be taken from there: then over a number that
 * nobody needs. That way goes also what keeps its number, since dup2(2) onto itself would leave it closed on exec (not
 * so in glibc since 2.29 and musl).
 */
function addMoves(actions: Buffer, descriptors: ReadonlyMap<number, number>): number {
  const calls = libc()
  const sources = new Set(descriptors.values())
  const detours: (readonly [between: number, target: number])[] = []
  let between = 2
  let errno = 0
  for (const [target, source] of descriptors) {
    if (sources.has(target)) {
      do between += 1
      while (sources.has(between) || descriptors.has(between))
      detours.push([between, target])
    }
    errno ||= calls.posix_spawn_file_actions_adddup2(actions, source, sources.has(target) ? between : target)
  }
  for (const [number, target] of detours) {
    errno ||= calls.posix_spawn_file_actions_adddup2(actions, number, target)
    errno ||= calls.posix_spawn_file_actions_addclose(actions, number)
  }
  return errno
}

function addFolder(actions: Buffer, workingDir: string | null): number {
  const { posix_spawn_file_actions_addchdir_np: add } = libc()
  if (workingDir === null || add === null) return 0
  return add(actions, bytesOf(`${workingDir}\0`))
}

/** For a glibc that cannot do it in the child: goes there for the moment. */
function inFolder({ workingDir }: Program, spawn: () => number): number {
  const { posix_spawn_file_actions_addchdir_np: add, open, chdir, fchdir } = libc()
  if (workingDir === null || add !== null) return spawn()
  const own = outcome(open(Buffer.from('.\0'), O_PATH | O_CLOEXEC))
  if (own < 0) return own
  try {
    const result = outcome(chdir(bytesOf(`${workingDir}\0`)))
    return result < 0 ? result : spawn()
  } finally {
    fchdir(own)
    closeSync(own)
  }
}

/** The group that is set is, by default, the process's own. */
const SESSION_FLAGS: Readonly<Record<Session, number>> = {
  own: POSIX_SPAWN_SETSID,
  group: POSIX_SPAWN_SETPGROUP,
  shared: 0,
}

function withAttributes(session: Session, act: (attributes: Buffer) => number): number {
  const calls = libc()
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES)
  const flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | SESSION_FLAGS[session]
  const init = calls.posix_spawnattr_init(attributes)
  if (init !== 0) return -init
  try {
    const errno =
      calls.posix_spawnattr_setflags(attributes, flags) ||
      calls.posix_spawnattr_setsigdefault(attributes, Buffer.alloc(SIGNALS_BYTES, 0xff)) ||
      calls.posix_spawnattr_setsigmask(attributes, Buffer.alloc(SIGNALS_BYTES))
    return errno === 0 ? act(attributes) : -errno
  } finally {
    calls.posix_spawnattr_destroy(attributes)
  }
}
