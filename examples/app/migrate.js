import pg from 'pg'
import { explain, isOfSettings } from './explain.js'
import { log } from './log.js'
import { EX_CONFIG, settings } from './settings.js'

/** In order; only add at the end. */
const MIGRATIONS = ['CREATE TABLE visits (page text PRIMARY KEY, count bigint NOT NULL)']

/** Any number that nobody else of this database locks. */
const LOCK = 738_145

const CONNECTION_TIMEOUT_MS = 5_000

/** Brings the database up to date, or ends the process. */
export async function migrate() {
  const client = new pg.Client({
    connectionString: settings.databaseUrl,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
  })
  client.on('error', (error) => log('error', 'lost the connection to PostgreSQL', { error: error.message }))
  try {
    await client.connect()
    const applied = await apply(client)
    log('info', 'the database is up to date', { applied, version: MIGRATIONS.length })
    await client.end()
  } catch (error) {
    log('error', 'cannot migrate', { error: explain(error) })
    // A server that is starting will answer the next run; another password it will not take then, either.
    process.exit(isOfSettings(error) ? EX_CONFIG : 1)
  }
}

/** Applies what is missing: all of it or nothing, and never twice, however many start at once. */
async function apply(client) {
  await client.query('BEGIN')
  await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
  await client.query('CREATE TABLE IF NOT EXISTS migrations (version int PRIMARY KEY, at timestamptz DEFAULT now())')
  const { rows } = await client.query('SELECT coalesce(max(version), 0) AS version FROM migrations')
  const missing = MIGRATIONS.slice(rows[0].version)
  for (const [index, sql] of missing.entries()) {
    await client.query(sql)
    await client.query('INSERT INTO migrations (version) VALUES ($1)', [rows[0].version + index + 1])
  }
  await client.query('COMMIT')
  return missing.length
}
