/** Writes one line of JSON. */
export function log(level, msg, more = {}) {
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg, ...more })}\n`)
}
