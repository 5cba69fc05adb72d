import { escapeControls } from '../render/text.ts'

/** What stands in an attribute; a number is written with two digits of its fraction at most. */
type Value = string | number

/**
 * An element of XML.
 *
 * @param content What stands in it: XML, from here or from `text`.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, Value>>,
  ...content: readonly string[]
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`)
  const open = `<${name}${written.join('')}`
  return content.length === 0 ? `${open}/>` : `${open}>${content.join('')}</${name}>`
}

/** A text in XML; control characters, most of which XML cannot hold at all, are made visible. */
export function text(content: string): string {
  return escapeControls(content).replaceAll(/[&<>"']/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)
}

/** A number as it stands in a path. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function attribute(value: Value): string {
  return typeof value === 'number' ? number(value) : text(value)
}
