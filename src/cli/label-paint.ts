/** Foreground colours that can be read on dark and on light ground (ECMA-48, SGR). */
const COLOURS = ['36', '33', '32', '35', '34', '96', '93', '92', '95', '94']

/** Makes what colours the labels of services: each has its own, as long as there are enough. */
export function createLabelPaint(): (service: string, label: string) => string {
  const chosen = new Map<string, string>()
  return (service, label) => {
    const colour = chosen.get(service) ?? COLOURS[chosen.size % COLOURS.length] ?? '0'
    chosen.set(service, colour)
    return `\u001b[${colour}m${label}\u001b[0m`
  }
}
