/**
 * Makes a function that puts something before and after the text of each line.
 *
 * One `replaceAll` on text of one character a byte is the fastest that Node has for it: 100-byte lines in 64 KiB chunks,
 * Node 20 and 24, 0.5 CPU seconds a GB there and back, where moving each line with `copyWithin` takes 0.8, a loop over
 * bytes 1.7 to 2.9.
 *
 * @param after Ends with a newline.
 */
export function aroundLines(before: string, after: string): (lines: string) => string {
  // `$` has a meaning in what is put in place (ECMA-262, GetSubstitution).
  const between = `${after}${before}`.replaceAll('$', '$$$$')
  return (lines) => `${before}${lines.slice(0, -1).replaceAll('\n', between)}${after}`
}
