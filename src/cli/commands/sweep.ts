import { sweep } from '../../system/sweep.ts'
import { refuseUsage } from '../usage.ts'

/** As `bin/pidone-guard` is told it; a mark ends with the id of one supervisor. */
const MARK = /^PIDONE_RUN=(.*:)?[0-9a-f]{12}\.$/su

/** `supervisor sweep SINCE SESSION MARK`, which is no command for people: `bin/pidone-guard` becomes this. */
export function sweepRuns([since = '', session = '', mark = '']: readonly string[]): Promise<number> {
  if (!/^\d+$/u.test(since) || !/^\d+$/u.test(session) || !MARK.test(mark)) {
    return Promise.resolve(refuseUsage('"sweep" is no command for people', 'supervisor --help'))
  }
  sweep({ startTime: Number(since), session: Number(session), mark: mark.slice(mark.indexOf('=') + 1) })
  return Promise.resolve(0)
}
