import type { TcpAddress } from '../model.ts'
import type { Form } from '../shape/form.ts'
import { reportBadValue, scalar, whole } from '../shape/scalar.ts'
import type { Shape } from '../shape/shape.ts'

/** A TCP port. */
export const PORT: Shape<number> = whole('a port from 1 to 65535', 1, 65_535)

const ADDRESS_FORM: Form = {
  kind: 'either',
  forms: [
    PORT.form,
    {
      kind: 'text',
      words: '"HOST:PORT"',
      pattern: String.raw`^(?:\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):[0-9]{1,5}$`,
      also: [],
    },
  ],
}
const ADDRESS = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):)?([0-9]{1,5})$/

/** A port on 127.0.0.1, or `host:port`; an IPv6 address stands in brackets. */
export const TCP_ADDRESS: Shape<TcpAddress> = scalar(ADDRESS_FORM, (found, at) => {
  const [, ipv6, name, digits] = ADDRESS.exec(found) ?? []
  const port = Number(digits)
  if (!(port >= 1 && port <= 65_535)) return reportBadValue(at, ADDRESS_FORM)
  return { kind: 'tcp', host: ipv6 ?? name ?? '127.0.0.1', port }
})
