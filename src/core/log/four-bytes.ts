// Four bytes at once, as the little-endian word that a DataView gives ("Bit Twiddling Hacks": determine if a word has a
// zero byte, or a byte less than n). A byte that is found gets its highest bit; above the lowest of them others may, too.

/** Which of four bytes are newlines. */
export function newlinesIn(four: number): number {
  const newline = four ^ 0x0a_0a_0a_0a
  return (newline - 0x01_01_01_01) & ~newline & 0x80_80_80_80
}

/** Which of four bytes cannot stand in JSON as they are: controls, quotes and backslashes. */
export function unfitIn(four: number): number {
  const quote = four ^ 0x22_22_22_22
  const backslash = four ^ 0x5c_5c_5c_5c
  const hits =
    ((four - 0x20_20_20_20) & ~four) | ((quote - 0x01_01_01_01) & ~quote) | ((backslash - 0x01_01_01_01) & ~backslash)
  return hits & 0x80_80_80_80
}

/** How many bytes stand before the first that was found. */
export function bytesBefore(found: number): number {
  return (31 - Math.clz32(found & -found)) >> 3
}
