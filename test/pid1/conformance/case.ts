import type { Socket } from 'node:net'
import type { Output } from '../support/output.ts'
import type { Seen } from '../support/processes.ts'

/** Whose word it is: a contract, a manual page or a README. `SPEC` is our own (docs/reference, docs/explanation). */
type Source = 'SPEC' | 'tini' | 'dumb-init' | 's6-overlay' | 'catatonit' | 'docker'

/** The inits beside which ours is seen. */
export type Peer = 'tini' | 'dumb-init' | 'catatonit'

/** One thing that an init does for the command (CMD) that a container was started with, seen from outside. */
export interface Case {
  /** A sentence of behaviour. */
  readonly name: string
  readonly promisedBy: readonly Source[]
  /** Who does not hold it, and what it does instead. */
  readonly otherwise?: Readonly<Partial<Record<Peer, string>>>
  /** Why ours does it, or, with `ours`, why ours does something else; wherever somebody does not hold it. */
  readonly reason?: string
  /** What ours does instead, on purpose. */
  readonly ours?: string
  /** Where it can be seen; everywhere without it. */
  readonly only?: readonly Placement[]
  /** @throws {AssertionError} When it does not hold. */
  readonly run: (init: Init) => Promise<void>
}

/**
 * Where the init stands: as PID 1; as a child of a PID 1 that stays when it has ended, so that what it left alive can be
 * seen; as a child of tini; or in a PID namespace that it shares with others, without a parent of its own there.
 */
export type Placement = 'pid1' | 'parent' | 'tini' | 'shared'

/** An init under test, for one case: what it starts is ended with the case. */
export interface Init {
  readonly placement: Placement
  /** A folder for the case's files, which every user may write to; the working folder of what is started. */
  readonly folder: string
  /** How often to try what depends on luck. */
  readonly rounds: number
  readonly start: (start: Start) => Promise<Running>
  /** CMD without an init, in the same place: what it gets then is what it has to get. */
  readonly startBare: (start: Start) => Promise<Running>
}

/** What an init is started with. */
export interface Start {
  /** CMD: the words behind the init's own. */
  readonly command: readonly string[]
  /** Beside PATH and HOME. */
  readonly environment?: Readonly<Record<string, string>>
  /** Words that run first, as the process that becomes the init: `prlimit --core=0 --`, or what `shell` gives. */
  readonly before?: readonly string[]
  readonly workingDir?: string
  /** A descriptor, or the end of a pipe; `/dev/null` by default. */
  readonly stdin?: number | 'pipe'
  /** A descriptor; by default the end of a pipe. */
  readonly stdout?: number
  readonly stderr?: number
  /** Descriptors that are handed in as 3, 4, … */
  readonly descriptors?: readonly number[]
}

/** An init that was started. */
export interface Running {
  /** Of the init, seen from outside; -1 when it had ended before anybody could look. */
  readonly pid: number
  /** The other end of its input when that is a pipe. */
  readonly stdin: Socket | null
  /** What came through its pipes, nothing where it was given a descriptor. */
  readonly stdout: Output
  readonly stderr: Output
  /** Sends a signal to the init, by its name or number. */
  readonly signal: (signal: NodeJS.Signals | number) => void
  /** Waits for its end; its status, 128 + n when signal n ended it. */
  readonly end: (withinMs?: number) => Promise<number>
  /** All that is alive beside the init in its PID namespace, zombies too, without those who were there before it. */
  readonly others: () => readonly Seen[]
}
