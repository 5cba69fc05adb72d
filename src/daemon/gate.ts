/** Something that opens once; whoever waits for it goes through then, or at once when it is open already. */
export interface Gate {
  readonly open: () => void
  readonly whenOpen: (pass: () => void) => void
}

/** A gate that is shut. */
export function createGate(): Gate {
  let isOpen = false
  let waiting: (() => void)[] = []
  return {
    open: () => {
      isOpen = true
      const passing = waiting
      waiting = []
      for (const pass of passing) pass()
    },
    whenOpen: (pass) => {
      if (isOpen) pass()
      else waiting.push(pass)
    },
  }
}
