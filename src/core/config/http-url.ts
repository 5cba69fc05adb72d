/** An address in an http or https URL. */
export interface HttpUrl {
  readonly host: string
  readonly port: number
}

/** How an http or https URL looks, as far as a pattern can say it. */
export const HTTP_URL_PATTERN: string = String.raw`^https?:\/\/(?:[^\s\/?#@]*@)?(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._\-]+)(?::[0-9]+)?(?:[\/?#]\S*)?$`

const PARTS = /^(https?):\/\/(?:[^\s/?#@]*@)?(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]+))?(?:[/?#]\S*)?$/
const NUMERIC_END = /(?:^|\.)[0-9]+\.?$/
const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/

/**
 * Reads the address of an http or https URL; core has no URL of its own.
 *
 * @returns null for what is no such URL.
 */
export function parseHttpUrl(text: string): HttpUrl | null {
  const parts = PARTS.exec(text)
  if (parts === null) return null
  const [, scheme, ipv6, name = '', digits] = parts
  const port = digits === undefined ? (scheme === 'http' ? 80 : 443) : Number(digits)
  if (port < 1 || port > 65_535) return null
  // A host that ends in a number is an IPv4 address or nothing (https://url.spec.whatwg.org/#ends-in-a-number-checker).
  if (ipv6 === undefined && NUMERIC_END.test(name) && !IPV4.test(name)) return null
  return { host: ipv6 ?? name, port }
}
