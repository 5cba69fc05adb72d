import { escapeControls } from './text.ts'

/**
 * Variables, a line each, as `NAME=value`. A value that has more than a line, or something that a terminal would act on,
 * stands as a shell reads it: `$'one\\ntwo'`.
 */
export function renderEnvironment(environment: Readonly<Record<string, string>>): string {
  const lines = Object.keys(environment).toSorted()
  return lines.map((name) => `${escapeControls(name)}=${inOneLine(environment[name] ?? '')}\n`).join('')
}

function inOneLine(value: string): string {
  const shown = escapeControls(value)
  if (shown === value) return value
  const quoted = value.replaceAll(/[\\']/gu, String.raw`\$&`)
  return `$'${escapeControls(quoted.replaceAll(RAW, rawByte))}'`
}

/** What stands for bytes that are no UTF-8: byte 0x80 is U+DC80, 0xff U+DCFF. */
const RAW = /[\udc80-\udcff]/gu

function rawByte(character: string): string {
  return `\\x${(character.charCodeAt(0) - 0xdc00).toString(16)}`
}
