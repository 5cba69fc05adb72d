import type { CgroupLimits, Identity, Schedule, UlimitName } from './model.ts'

/** What the validation of a file has to know of the machine it will run on. */
export interface World {
  /** `init`: PID 1 of a container. `up`: a runner in the foreground of a terminal. */
  readonly mode: 'init' | 'up'
  /** The project's name when the file has none: that of its folder. */
  readonly projectName: string
  /** The container's own environment. */
  readonly environment: ReadonlyMap<string, string>
  /** Reads a file by a path relative to the configuration file's folder. */
  readonly readText: ReadText
  /** The path that {@link World.readText} reads, from the root on. */
  readonly besideFile: (path: string) => string
  /** The same path from the root on and without detours; a relative one begins in the supervisor's working directory. */
  readonly absolutePath: (path: string) => string
  /** The entry of /etc/passwd, by name, or by number in digits. */
  readonly findUser: (name: string) => Identity | null
  /** The group's id by its name in /etc/group. */
  readonly findGroup: (name: string) => number | null
  /** Names that there are in those files, for hints. */
  readonly userNames: () => readonly string[]
  readonly groupNames: () => readonly string[]
  readonly currentUid: number
  readonly currentGid: number
  /** Whether a program is there, and not Busybox's poor relation of it. */
  readonly hasTool: (name: ToolName) => boolean
  /** Profiles that were chosen. */
  readonly profiles: ReadonlySet<string>
  /** Why services cannot have a cgroup with such limits; null when they can. */
  readonly cgroupRefusal: (limits: CgroupLimits) => CgroupRefusal | null
  /** What the supervisor itself may do. */
  readonly powers: () => Powers
  /** Why a schedule is none, or never comes; null when it is good. */
  readonly scheduleRefusal: (schedule: Schedule) => string | null
}

/** Reads a file; lone surrogates stand for what is no UTF-8 in it. `why` is in words or an errno. */
export type ReadText = (
  path: string,
) => { readonly kind: 'text'; readonly text: string } | { readonly kind: 'missing' | 'error'; readonly why: string }

/** A program that is put in front of a command to change how that runs. */
export type ToolName = 'setpriv' | 'prlimit' | 'choom' | 'nice'

/** Why services cannot have a cgroup. */
export interface CgroupRefusal {
  readonly why: string
  /**
   * What would have to be changed. `version-1`: the host uses cgroup v1. `closed`: it cannot be seen from here, or only
   * be read. `foreign`: it is the container's, and another user's. `not-delegated`: it is without a controller.
   * `shared`: it is the host's, such as a login's, and another user's, or others are in it.
   */
  readonly cause: 'version-1' | 'closed' | 'foreign' | 'not-delegated' | 'shared'
}

/** What the supervisor itself may do, and so pass on. */
export interface Powers {
  /** Effective capabilities, without `CAP_`. */
  readonly capabilities: ReadonlySet<string>
  /** Those that a process may still get by executing a program. */
  readonly boundingSet: ReadonlySet<string>
  /** The most that each limit can be set to; one that is not here can be set to anything. */
  readonly hardLimits: ReadonlyMap<UlimitName, number | 'unlimited'>
  /** The highest priority that it can give, -20 to 19. */
  readonly lowestNice: number
  /** The lowest that `oom_score_adj` can be set to. */
  readonly lowestOomScoreAdj: number
}
