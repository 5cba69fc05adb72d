import type { Endpoint } from '../../core/config/model.ts'
import { type Check, failed, PASSED } from './check.ts'
import { dial } from './dial.ts'

/** The `tcp` and `unix` probes: passes when a connection is accepted; nothing is said over it. */
export function connectCheck(at: Endpoint): Check {
  return (settle) => {
    const socket = dial(at, {
      connected: () => settle(PASSED),
      lost: (why) => settle(failed(why)),
    })
    return () => {
      socket.destroy()
    }
  }
}
