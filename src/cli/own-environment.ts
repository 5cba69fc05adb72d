import { COPY_VARIABLE, takeHandedOver, type Inheritance } from '../system/handed-over.ts'
import { complain } from './terminal.ts'

/** What the launcher puts before the name of a variable that is not meant for the supervisor's own Node. */
const KEPT = 'PIDONE_KEEP_'
/** The variable in which it lists these names. */
const NAMES_VARIABLE = 'PIDONE_KEPT'

/**
 * What the container was started with, for its services; to be asked for once.
 *
 * Tells when it had to come through the shell, which does not hand on everything.
 */
export function takeInheritance(): Inheritance {
  const handedOver = takeHandedOver(process.env)
  if (handedOver.kind === 'whole') return handedOver.inheritance
  if (handedOver.kind === 'lost')
    complain(`warning: cannot hand on the environment as it is: ${handedOver.why}; ${LOST}`)
  return { environment: restoreEnvironment(process.env), softFileLimit: null }
}

const LOST = 'names other than of letters, digits and "_" are lost, and so are bytes that are not UTF-8'

/**
 * The environment that has come through the shell, as services get it: what `bin/launch.sh` has renamed, such as
 * `NODE_OPTIONS` to `PIDONE_KEEP_NODE_OPTIONS`, has its name again, and the launcher's own variables are not there.
 *
 * @param own The environment of this process.
 */
export function restoreEnvironment(own: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const kept = new Set((own[NAMES_VARIABLE] ?? '').split(' ').map((name) => `${KEPT}${name}`))
  const restored = new Map<string, string>()
  const last: (readonly [name: string, value: string])[] = []
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || name === NAMES_VARIABLE || name === COPY_VARIABLE) continue
    if (kept.has(name)) last.push([name.slice(KEPT.length), value])
    else restored.set(name, value)
  }
  return new Map([...restored, ...last])
}
