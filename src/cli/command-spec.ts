/** One option of a command; the kind says what value it takes. */
export interface OptionSpec {
  readonly name: string
  readonly short?: string
  /** It may be given several times. */
  readonly isRepeatable?: true
  readonly kind: OptionKind
  readonly help: string
}

/** What stands behind an option, and how that is called in the help. */
export type OptionKind =
  | { readonly kind: 'flag' }
  | { readonly kind: 'text'; readonly placeholder: string }
  | { readonly kind: 'duration'; readonly leastMs?: number }
  | { readonly kind: 'instant' }
  | { readonly kind: 'integer'; readonly least?: number; readonly most: number }
  | { readonly kind: 'word'; readonly allowed: readonly string[] }

/** A command, as its help tells of it and its arguments are read. */
export interface CommandSpec {
  readonly name: string
  readonly summary: string
  /** What its arguments are: none, names of services, at least one of them, the same after a signal, or a command, a shell. */
  readonly takes:
    | 'nothing'
    | 'services'
    | 'some-services'
    | 'signal-and-services'
    | 'command'
    | 'shell'
    | 'service'
    | 'service-and-command'
  /** Beside services, the supervisor itself can be named. */
  readonly namesSupervisor?: true
  readonly options: readonly OptionSpec[]
  readonly details: readonly string[]
}
