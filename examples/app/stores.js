import { Redis } from 'ioredis'
import pg from 'pg'
import { explain } from './explain.js'
import { log } from './log.js'
import { settings } from './settings.js'

const TIMEOUT_MS = 1_000

const pool = new pg.Pool({
  connectionString: settings.databaseUrl,
  connectionTimeoutMillis: TIMEOUT_MS,
  query_timeout: TIMEOUT_MS,
})
const redis = new Redis(settings.redisUrl, {
  commandTimeout: TIMEOUT_MS,
  maxRetriesPerRequest: 1,
  // At the end ioredis waits for so long, 2 s by itself, even where no connection is left to be closed.
  disconnectTimeout: 100,
  retryStrategy: (attempt) => Math.min(attempt * 50, 500),
})

/** Why there is no connection, as far as it has been told. */
let redisProblem = null

// Both reconnect by themselves; without a listener a lost connection would end the process.
pool.on('error', (error) => log('error', 'lost a connection to PostgreSQL', { error: error.message }))
redis.on('error', (error) => tellOnce(explain(error)))
redis.on('ready', () => tellOnce(null))

/** Asks both servers; `ok` when both answered. */
export async function checkHealth() {
  const [postgres, cache] = await Promise.all([check(() => pool.query('SELECT 1')), check(() => redis.ping())])
  return { ok: postgres.ok && cache.ok, postgres, redis: cache }
}

/** Counts a visit in both servers and gives both numbers. */
export async function countVisit() {
  const [rows, fromRedis] = await Promise.all([
    pool.query(`
      INSERT INTO visits (page, count) VALUES ('/', 1)
      ON CONFLICT (page) DO UPDATE SET count = visits.count + 1
      RETURNING count`),
    redis.incr('visits:/'),
  ])
  return { postgres: Number(rows.rows[0].count), redis: fromRedis }
}

/** The numbers as they stand. */
export async function readVisits() {
  const [{ rows }, fromRedis] = await Promise.all([
    pool.query(`SELECT coalesce(sum(count), 0) AS count FROM visits`),
    redis.get('visits:/'),
  ])
  return { postgres: Number(rows[0].count), redis: Number(fromRedis) }
}

/** Waits for what is under way and closes the connections. */
export async function closeStores() {
  await Promise.allSettled([pool.end(), redis.quit()])
  redis.disconnect()
}

/** It tries again several times a second: what has been told is told again only when it was well in between. */
function tellOnce(problem) {
  if (problem !== null && problem !== redisProblem) log('error', 'no connection to Redis', { error: problem })
  redisProblem = problem
}

async function check(ask) {
  const startedAt = performance.now()
  try {
    await ask()
    return { ok: true, ms: Math.round((performance.now() - startedAt) * 10) / 10 }
  } catch (error) {
    return { ok: false, error: error.message || error.code }
  }
}
