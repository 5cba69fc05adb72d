import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { explain } from './explain.js'
import { log } from './log.js'
import { settings } from './settings.js'

/** In order; only add at the end. */
const MIGRATIONS = ['CREATE TABLE visits (page text PRIMARY KEY, count bigint NOT NULL)']

/** Any number that nobody else of this database locks. */
const LOCK = 738_145

/** What passes when a server has started: codes of PostgreSQL and of the system. */
const PASSING = new Set(['57P03', 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH'])
const RETRY_MS = 500

try {
  const client = await connect()
  const applied = await migrate(client)
  log('info', 'the database is up to date', { applied, version: MIGRATIONS.length })
  await client.end()
} catch (error) {
  log('error', 'cannot migrate', { error: explain(error) })
  // A connection that was refused for want of a password would stay open for a minute.
  process.exit(1)
}

/** A server elsewhere may be starting, too. */
async function connect() {
  const giveUpAt = performance.now() + settings.databaseWaitMs
  for (let isTold = false; ; isTold = true) {
    const client = new pg.Client({ connectionString: settings.databaseUrl, connectionTimeoutMillis: 5_000 })
    client.on('error', (error) => log('error', 'lost the connection to PostgreSQL', { error: error.message }))
    try {
      await client.connect()
      return client
    } catch (error) {
      if (!PASSING.has(error.code) || performance.now() + RETRY_MS > giveUpAt) throw error
      if (!isTold) log('info', 'waiting for PostgreSQL', { error: explain(error) })
    }
    await setTimeout(RETRY_MS)
  }
}

/** Applies what is missing: all of it or nothing, and never twice, however many start at once. */
async function migrate(client) {
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
