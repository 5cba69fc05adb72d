import { mkdirSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'

/**
 * Loaded into every supervisor of a coverage run (`node --import`): writes what was executed, again and again, since one
 * that is killed has no last moment. Node's own NODE_V8_COVERAGE writes only at an orderly end, and would be passed on to
 * the services.
 */
const folder = process.env['COVERAGE_FOLDER'] ?? ''
const sources = process.env['COVERAGE_SOURCES'] ?? ''
// Not for the services.
for (const name of ['COVERAGE_FOLDER', 'COVERAGE_SOURCES']) delete process.env[name]

/** How much of what a killed supervisor did last may be missing, ms. */
const EVERY_MS = 300

const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
mkdirSync(folder, { recursive: true })
const mark = `${process.pid}-${Math.random().toString(36).slice(2)}`
let count = 0
setInterval(write, EVERY_MS).unref()
process.on('exit', write)

/** What was executed since the last time. */
function write(): void {
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    if (error !== null) return
    const result = taken.result.filter(({ url }) => url.startsWith(sources))
    if (result.length === 0) return
    count += 1
    // As NODE_V8_COVERAGE writes it.
    writeFileSync(join(folder, `coverage-${mark}-${count}.json`), JSON.stringify({ result }))
  })
}
