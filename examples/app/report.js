import { explain } from './explain.js'
import { closeStores, readVisits } from './stores.js'

/** Tells what was counted, or ends the process. */
export async function report() {
  try {
    const { postgres, redis } = await readVisits()
    process.stdout.write(`${postgres} visits in PostgreSQL\n${redis} visits in Redis\n`)
    await closeStores()
  } catch (error) {
    process.stderr.write(`visits: cannot report: ${explain(error)}\n`)
    // A connection that was refused for want of a password would stay open for a minute.
    process.exit(1)
  }
}
