import type { Ulimit } from '../config/model.ts'
import type { Requester } from './requester.ts'

/** What `GET /v1/env` answers. */
export interface EnvReply {
  readonly service: string
  /** By name, sorted; lone surrogates stand for bytes that are no UTF-8: byte 0x80 is U+DC80, 0xff U+DCFF. */
  readonly environment: Readonly<Record<string, string>>
  /** Names of those in whose value `***` stands for a secret. */
  readonly hidden: readonly string[]
}

/** What `GET /v1/exec` answers: all that a client needs to become a command that runs as a service does. */
export interface ExecReply {
  readonly service: string
  /** As in `EnvReply`, with all secrets. */
  readonly environment: Readonly<Record<string, string>>
  readonly working_dir: string
  readonly user: Requester & { readonly gid: number; readonly groups: readonly number[] }
  /** Null, here and below: as whoever executes it has it. */
  readonly umask: number | null
  readonly nice: number | null
  readonly oom_score_adj: number | null
  /** The soft limit of open files, where `ulimits` has none; null: unknown. */
  readonly file_limit: string | null
  readonly ulimits: Readonly<Record<string, Ulimit>>
  readonly cap_add: readonly string[]
  readonly cap_drop: readonly string[]
  readonly no_new_privileges: boolean
}
