import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { log } from './log.js'

const { env } = process

/** The exit status of who cannot work with the settings that there are (sysexits.h). */
export const EX_CONFIG = 78

const problems = []

/** Where everything is. A password in a URL wins over the one that is given beside it; a PGHOST may be a socket's folder. */
export const settings = {
  host: env.HOST || '127.0.0.1',
  port: readPort(env.PORT || '8000'),
  databaseUrl: readServer({
    name: 'DATABASE_URL',
    scheme: /^postgres(ql)?:$/,
    example: 'postgres://user@db.example.org/name',
    fallback: `postgres://postgres@${encodeURIComponent(env.PGHOST || '127.0.0.1')}:5432/postgres`,
    password: env.POSTGRES_PASSWORD,
    read: (connectionString) => new pg.Client({ connectionString }),
  }),
  redisUrl: readServer({
    name: 'REDIS_URL',
    scheme: /^rediss?:$/,
    example: 'redis://cache.example.org:6379',
    fallback: 'redis://127.0.0.1:6379',
    password: env.REDIS_PASSWORD,
    read: decodeURIComponent, // as its client does; that takes long to load
  }),
  publicUrl: readPublicUrl(env.PUBLIC_URL),
  sessionSecret: readSecret(env.SESSION_SECRET),
}

// All of them at once, and no value: it may be a secret.
for (const problem of problems) log('error', problem)
if (problems.length > 0) process.exit(EX_CONFIG)

function readPort(text) {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) problems.push('cannot take PORT: it is no port; give a number up to 65535')
  return port
}

function readServer({ name, scheme, example, fallback, password, read }) {
  const url = parseUrl(env[name] || fallback)
  if (url === null || !scheme.test(url.protocol)) {
    problems.push(`cannot take ${name}: it is no URL of such a server; write it like ${example}`)
    return null
  }
  if (password && url.password === '') addPassword(url, password)
  tryToRead(name, () => read(url.href))
  return url.href
}

/** A URL without a host, as of PostgreSQL's `?host=`, has no other place for it than behind the `?`. */
function addPassword(url, password) {
  url.password = encodeURIComponent(password)
  if (url.password === '') url.searchParams.set('password', url.searchParams.get('password') ?? password)
}

/** Only its client knows what a URL may hold; that of PostgreSQL reads the files that are named there, too. */
function tryToRead(name, read) {
  try {
    read()
  } catch (error) {
    const wayOut = error instanceof URIError ? 'write a "%" in it as "%25"' : 'correct it'
    problems.push(`cannot take ${name}: ${error.message}; ${wayOut}`)
  }
}

function readPublicUrl(text) {
  if (!text) return null
  const url = parseUrl(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    problems.push('cannot take PUBLIC_URL: it is no address of a site; write it like https://visits.example.org')
  }
  return url
}

/** What the cookies are signed with; without one they are worth nothing once this process has ended. */
function readSecret(text) {
  if (!text) return randomBytes(32)
  if (text.length < 16) problems.push('cannot take SESSION_SECRET: it is shorter than 16 characters; give a long one')
  return text
}

function parseUrl(text) {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
