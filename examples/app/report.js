import { closeStores, readVisits } from './stores.js'

/** What people know these errors by: the table is not there, the password is wrong. */
const WAYS_OUT = new Map([
  ['42P01', 'run "visits migrate"'],
  ['28P01', 'POSTGRES_PASSWORD is not the one that the server has'],
])

try {
  const { postgres, redis } = await readVisits()
  process.stdout.write(`${postgres} visits in PostgreSQL\n${redis} visits in Redis\n`)
} catch (error) {
  const wayOut = WAYS_OUT.get(error.code) ?? '"supervisor status" says how the servers are'
  process.stderr.write(`visits: cannot report: ${error.message || error.code}; ${wayOut}\n`)
  process.exitCode = 1
} finally {
  await closeStores()
}
