/** Foreground colours that can be read on dark and on light ground (ECMA-48, SGR). */
const COLOURS = ['36', '33', '32', '35', '34', '96', '93', '92', '95', '94']

/**
 * Colours the labels of services, each service its own as long as there are enough.
 *
 * @returns Undefined where colour is not wanted: no terminal, or NO_COLOR (no-color.org).
 */
export function labelPaint(stream: { isTTY?: boolean }): ((service: string, label: string) => string) | undefined {
  if (stream.isTTY !== true || process.env['NO_COLOR']) return undefined
  const chosen = new Map<string, string>()
  return (service, label) => {
    const colour = chosen.get(service) ?? COLOURS[chosen.size % COLOURS.length] ?? '0'
    chosen.set(service, colour)
    return `\u001b[${colour}m${label}\u001b[0m`
  }
}
