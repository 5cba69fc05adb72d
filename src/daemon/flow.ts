import type { Output, Process } from '../core/machine.ts'

/** A process whose pipes can be left unread for a while. */
export type Source = Pick<Process, 'pauseOutput' | 'resumeOutput'>

/** Lets the sources write only as fast as the output is read. */
export interface Flow {
  readonly join: (source: Source) => void
  /** The source may write on, whatever the level. */
  readonly release: (source: Source) => void
  /** Looks at the level; call it after each write. */
  readonly check: () => void
}

/** A flow over one output: all sources pause while it is not open. */
export function createFlow(output: Pick<Output, 'level' | 'onOpen'>): Flow {
  const sources = new Set<Source>()
  let isPaused = false

  output.onOpen(() => {
    if (!isPaused) return
    isPaused = false
    for (const source of sources) source.resumeOutput()
  })

  function check(): void {
    if (isPaused || output.level() === 'open') return
    isPaused = true
    for (const source of sources) source.pauseOutput()
  }

  return {
    join(source) {
      check()
      sources.add(source)
      if (isPaused) source.pauseOutput()
    },
    release(source) {
      if (sources.delete(source) && isPaused) source.resumeOutput()
    },
    check,
  }
}
