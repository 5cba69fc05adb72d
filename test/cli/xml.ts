/** An element of an XML document. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly (XmlElement | string)[]
}

/** Reads a document, as strictly as XML 1.0 wants it for what pictures are made of, or says what is wrong. */
export function readXml(document: string): XmlElement {
  const root: Open = { name: '', attributes: new Map(), children: [] }
  const open: Open[] = [root]
  for (const [token] of document.trim().matchAll(/<[^>]*>|[^<]+/gu)) {
    const top = open.at(-1)
    if (top === undefined) throw new Error('it has ended already')
    if (token.startsWith('</')) {
      if (token !== `</${top.name}>`) throw new Error(`${token} ends <${top.name}>`)
      open.pop()
    } else if (token.startsWith('<')) {
      const made = readTag(token)
      top.children.push(made)
      if (!token.endsWith('/>')) open.push(made)
    } else {
      top.children.push(decode(token))
    }
  }
  const [only, ...more] = root.children
  if (open.length !== 1 || more.length > 0 || only === undefined || typeof only === 'string') {
    throw new Error('it is not one element')
  }
  return only
}

interface Open {
  readonly name: string
  readonly attributes: Map<string, string>
  readonly children: (XmlElement | string)[]
}

function readTag(tag: string): Open {
  const [, name = '', rest = ''] = /^<([a-z]+)((?: [A-Za-z-]+="[^"<]*")*)\/?>$/u.exec(tag) ?? []
  if (name === '') throw new Error(`no tag: ${tag}`)
  const attributes = new Map<string, string>()
  for (const [, key = '', value = ''] of rest.matchAll(/ ([A-Za-z-]+)="([^"]*)"/gu)) {
    if (attributes.has(key)) throw new Error(`${key} twice: ${tag}`)
    attributes.set(key, decode(value))
  }
  return { name, attributes, children: [] }
}

function decode(text: string): string {
  const bare = text.replaceAll(/&#\d+;|[\t\n\r]/gu, '')
  if (/[&<\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(bare)) throw new Error(`not for XML: ${JSON.stringify(text)}`)
  return text.replaceAll(/&#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)))
}
