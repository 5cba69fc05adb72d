import { quote } from '../../text/quote.ts'
import { FREE_SIGNALS, takenFor } from '../free-signals.ts'
import { parseSignal, signalNumber, type SignalName } from '../signal.ts'
import { either, map } from '../shape/collection.ts'
import { orList } from '../shape/form.ts'
import { object, type Section } from '../shape/object.ts'
import { filled, SIGNAL } from '../shape/scalar.ts'
import { convert, hintAt, located, report, type At, type Located, type Shape } from '../shape/shape.ts'

/** Where a signal to the supervisor goes, as the file has it. */
export interface DeclaredRoute {
  readonly received: SignalName
  /** What is sent. */
  readonly signal: SignalName
  /** The name of a service. */
  readonly to: Located<string>
}

interface RouteDocument {
  readonly signal: SignalName | undefined
  readonly to: Located<string> | undefined
}

const TARGET = located(filled('the name of a service'))

const LONG = object<RouteDocument>(
  { name: 'signals.SIGNAL', rules: [{ kind: 'exactly-one', keys: ['to'] }] },
  {
    signal: {
      shape: SIGNAL,
      defaultNote: 'the one that the supervisor got',
      description: 'The signal that is sent to the service.',
      example: 'signal: HUP\nto: db',
    },
    to: {
      shape: TARGET,
      description: 'The service whose main process gets it; of a service with `scale` each instance.',
      example: 'to: db',
    },
  },
)

type Route = Partial<RouteDocument>

const ROUTE: Shape<Route> = either<Route>({
  scalar: convert(TARGET, (to) => ({ to })),
  mapping: convert(LONG, ({ values }: Section<RouteDocument>) => values),
})

/** As the file may write those that can be passed on: `SIGUSR2`, `USR2` in any case, or `12`. */
const FREE = {
  words: 'a signal such as "USR2"',
  pattern: `^(?:(?:[Ss][Ii][Gg])?(?:${FREE_SIGNALS.map(shortInAnyCase).join('|')})|${FREE_SIGNALS.map(signalNumber).join('|')})$`,
}

function shortInAnyCase(signal: SignalName): string {
  return signal.slice(3).replaceAll(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`)
}

const ROUTES: Shape<readonly DeclaredRoute[]> = convert(map(located(ROUTE), null), toRoutes)

/** Where signals go that the supervisor has no use for, by the signal. */
export const SIGNALS: Shape<readonly DeclaredRoute[]> = { form: map(ROUTE, FREE).form, read: ROUTES.read }

function toRoutes(written: ReadonlyMap<string, Located<Route>>): readonly DeclaredRoute[] {
  const routes = new Map<SignalName, DeclaredRoute>()
  for (const [key, { value, at }] of written) {
    const received = readReceived(key, at)
    if (received === undefined || value.to === undefined) continue
    if (routes.has(received)) report(at, 'duplicate-key', `${received} is there twice`, at.name)
    else routes.set(received, { received, signal: value.signal ?? received, to: value.to })
  }
  return [...routes.values()]
}

function readReceived(key: string, at: At): SignalName | undefined {
  const signal = parseSignal(key)
  if (signal === null) return reportUnknown(key, at)
  const use = takenFor(signal)
  if (use === null) return signal
  return report(at, 'bad-value', `cannot map ${signal}: ${use}; take ${orList(FREE_SIGNALS)}`, at.name)
}

function reportUnknown(key: string, at: At): undefined {
  const near = hintAt(at, key, [...FREE_SIGNALS, ...FREE_SIGNALS.map((name) => name.slice(3))])
  const hint = near === '' ? `; allowed: ${FREE_SIGNALS.join(', ')}` : near
  return report(at, 'bad-value', `no signal ${quote(key)}${hint}`, at.name)
}
