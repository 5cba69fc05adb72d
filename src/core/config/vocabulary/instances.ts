import { listOnce } from '../shape/collection.ts'
import type { Keys } from '../shape/object.ts'
import { matching, whole } from '../shape/scalar.ts'
import type { Shape } from '../shape/shape.ts'

/** Whether a service is there, and how often. */
export interface InstancesDocument {
  readonly profiles: readonly string[]
  readonly scale: number | undefined
}

/** Instances of one service, at most. */
const MAX_SCALE = 1000

/** A number of instances. */
export const SCALE: Shape<number> = whole(`a number of instances from 0 to ${MAX_SCALE}`, 0, MAX_SCALE)

/** Their keys. */
export const INSTANCE_KEYS: Keys<InstancesDocument> = {
  profiles: {
    shape: listOnce(matching('a profile such as "debug", of two characters or more', '^[a-zA-Z0-9][a-zA-Z0-9_.\\-]+$')),
    default: [],
    description:
      'With profiles the service is enabled only when one of them is chosen, by `--profile` or in `PIDONE_PROFILES`; `*` chooses all.',
    example: 'profiles: [debug]',
  },
  scale: {
    shape: SCALE,
    defaultNote: 'one, without a number',
    description:
      'How many instances of it run. They are `NAME-1`, `NAME-2`… and each has its number in `PIDONE_INSTANCE`, for its environment and for `${PIDONE_INSTANCE}` in its values; what depends on NAME depends on all of them. With 0 it is as if disabled.',
    example: 'command: [node, server.js, --port, "800${PIDONE_INSTANCE}"]\nscale: 3',
  },
}
