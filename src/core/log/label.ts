/** The name under which the supervisor's own messages stand among the services'. */
export const OWN_NAME = 'supervisor'

/** Characters that the longest of the names takes, the supervisor's own included. */
export function labelWidth(names: Iterable<string>): number {
  let width = OWN_NAME.length
  for (const name of names) width = Math.max(width, countCharacters(name))
  return width
}

/** What stands before each line of the supervisor's own, among services with these names. */
export function ownLabel(names: Iterable<string>): string {
  return labelFor(OWN_NAME, labelWidth(names))
}

/** What stands before each line of a service, as under `docker compose`: `web   | `. */
export function labelFor(name: string, width: number): string {
  return `${name}${' '.repeat(Math.max(0, width - countCharacters(name)))} | `
}

function countCharacters(name: string): number {
  return Array.from(name).length
}
