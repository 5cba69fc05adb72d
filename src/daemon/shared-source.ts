import type { Source } from './flow.ts'

/** A source that several can pause: it goes on when all of them let it. */
export function shareSource(source: Source): Source {
  let pauses = 0
  return {
    pauseOutput() {
      pauses += 1
      if (pauses === 1) source.pauseOutput()
    },
    resumeOutput() {
      pauses -= 1
      if (pauses === 0) source.resumeOutput()
    },
  }
}
