import type { Probe } from '../model.ts'
import { filled } from '../shape/scalar.ts'
import type { Keys } from '../shape/object.ts'
import { convert } from '../shape/shape.ts'
import { TCP_ADDRESS } from './address.ts'
import { COMMAND } from './command.ts'
import { HTTP, POSTGRES, REDIS } from './probe.ts'

/** The forms in which a service is asked from outside; one of them is chosen. */
export interface PolledDocument {
  readonly tcp: Probe | undefined
  readonly unix: Probe | undefined
  readonly http: Probe | undefined
  readonly postgres: Probe | undefined
  readonly redis: Probe | undefined
  readonly exec: Probe | undefined
  readonly file: Probe | undefined
}

/** The keys of these forms. */
export const POLLED = ['tcp', 'unix', 'http', 'postgres', 'redis', 'exec', 'file'] as const

/** What each of them asks. */
export const POLLED_KEYS: Keys<PolledDocument> = {
  tcp: {
    shape: TCP_ADDRESS,
    description: 'A TCP connection is accepted, on 127.0.0.1 when only a port is given.',
    example: 'tcp: 5432',
  },
  unix: {
    shape: convert(filled('a path'), (path): Probe => ({ kind: 'unix', path })),
    description: 'A connection to this Unix socket is accepted.',
    example: 'unix: /run/app.sock',
  },
  http: {
    shape: HTTP,
    description: 'An HTTP request is answered with an accepted status.',
    example: 'http: http://127.0.0.1:8000/health',
  },
  postgres: {
    shape: POSTGRES,
    description:
      'A PostgreSQL server answers its own protocol; no client program is spawned. "Starting up" is not ready, a refused login is.',
    example: 'postgres: {}',
  },
  redis: {
    shape: REDIS,
    description: 'A Redis server answers its own protocol. "Loading" is not ready, a refused login is.',
    example: 'redis: {port: 6380}',
  },
  exec: {
    shape: convert(COMMAND, (argv): Probe => ({ kind: 'exec', argv })),
    description: "This command ends with 0; it has the service's user, folder and environment.",
    example: 'exec: [pg_isready, -q]',
  },
  file: {
    shape: convert(filled('a path'), (path): Probe => ({ kind: 'file', path })),
    description: 'This file exists and is newer than the start of the service.',
    example: 'file: /run/app.pid',
  },
}

/** The probe that was chosen; undefined when there is none, or when it could not be read. */
export function chosenProbe(values: PolledDocument): Probe | undefined {
  return POLLED.map((key) => values[key]).find((found) => found !== undefined)
}
