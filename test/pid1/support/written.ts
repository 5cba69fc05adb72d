/** The services as a file: JSON is YAML. */
export function written(services: Readonly<Record<string, object>>, top: object = {}): string {
  return JSON.stringify({ ...top, services })
}

/** Shell text for a file, in which `$` would be the supervisor's. */
export function shell(text: string): string {
  return text.replaceAll('$', () => '$$')
}

/** A service that does nothing, for ever. */
export const IDLE = { command: ['sleep', '1000'] } as const
