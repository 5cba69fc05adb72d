/** What the launcher puts before the name of a variable that is not meant for the supervisor's own Node. */
const KEPT = 'PIDONE_KEEP_'

/**
 * The environment that the supervisor was started with, as the services get it.
 *
 * `bin/launch.sh` renames variables such as `NODE_OPTIONS` to `PIDONE_KEEP_NODE_OPTIONS`; here they have their names
 * again, and none of the renamed ones is left.
 *
 * @param own The environment of this process.
 */
export function restoreEnvironment(own: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const restored = new Map<string, string>()
  const kept = new Map<string, string>()
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue
    if (name.startsWith(KEPT)) kept.set(name.slice(KEPT.length), value)
    else restored.set(name, value)
  }
  return new Map([...restored, ...kept])
}
