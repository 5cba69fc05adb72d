import type { CommandStart } from '../model.ts'
import { object, type Section } from '../shape/object.ts'
import { choice, POSITIVE_DURATION } from '../shape/scalar.ts'
import { convert, report, type Shape } from '../shape/shape.ts'
import { join } from '../shape/collection.ts'

interface CommandStartDocument {
  readonly wait_for: CommandStart['waitFor']
  readonly timeout: number | undefined
}

const MAPPING = object<CommandStartDocument>(
  { name: 'command' },
  {
    wait_for: {
      shape: choice(['ready', 'started', 'nothing']),
      default: 'ready',
      description:
        'What the command waits for: until all services are `ready`, which for a oneshot is that it has completed; until all are `started`, that is spawned; or for `nothing`. It does not wait for services that have failed for good, are stopped or have a `schedule`.',
      example: 'wait_for: started',
    },
    timeout: {
      shape: POSITIVE_DURATION,
      defaultNote: 'no limit',
      description:
        'How long it waits at most, from the start of the supervisor. When that is over the command is not started: everything is stopped, and the status is 1.',
      example: 'timeout: 1m',
    },
  },
)

const ELSEWHERE = 'what a service runs stands in the service, and CMD behind the name of the image'

const CHECKED: Shape<CommandStart> = convert(MAPPING, toStart)

/** When the command that the container is started with begins. */
export const COMMAND_START: Shape<CommandStart> = {
  form: MAPPING.form,
  read: (at) => {
    const { kind } = at.tree
    if (kind === 'mapping' || (kind === 'scalar' && at.tree.value === null)) return CHECKED.read(at)
    return report(at, 'wrong-type', `expected a mapping with "wait_for" or "timeout"; ${ELSEWHERE}`)
  },
}

function toStart({ values, entries, at }: Section<CommandStartDocument>): CommandStart {
  const { wait_for: waitFor, timeout } = values
  const entry = entries.get('timeout')
  if (waitFor === 'nothing' && entry !== undefined) {
    const message = '"timeout" has nothing to limit with "wait_for: nothing"; keep one of them'
    report({ ...at, path: join(at.path, 'timeout') }, 'conflicting-keys', message, entry.place)
  }
  return { waitFor, timeoutMs: timeout ?? null }
}
