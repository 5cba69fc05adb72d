/**
 * Where a quote is closed, with backslashes that escape the character after them.
 *
 * @param from Where the quoted text begins, after the opening quote.
 * @returns The offset of the closing quote; -1 when there is none.
 */
export function closingQuote(text: string, from: number, quote: string): number {
  // No regular expression: V8's gives up with a RangeError after some million escapes.
  for (let offset = from; offset < text.length; offset++) {
    if (text[offset] === quote) return offset
    if (text[offset] === '\\') offset++
  }
  return -1
}
