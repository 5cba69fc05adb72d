/** A socket that is not there says ENOENT. */
const NOBODY = 'nobody listens there; of the servers in here "supervisor status" tells'

/** By the code of PostgreSQL or of the system, or the first word of what Redis says. */
const WAYS_OUT = new Map([
  ['28000', 'the server does not let in the user that DATABASE_URL names'],
  ['28P01', 'POSTGRES_PASSWORD, or the password in DATABASE_URL, is not the one that the server has'],
  ['3D000', 'DATABASE_URL has to end with the name of a database that is there'],
  ['42P01', 'run "visits migrate"'],
  ['ENOTFOUND', 'there is no such host: correct DATABASE_URL or REDIS_URL'],
  ['EAI_AGAIN', 'nobody knows that host now: see to the network, or correct DATABASE_URL or REDIS_URL'],
  ['ECONNREFUSED', NOBODY],
  ['ENOENT', NOBODY],
  ['NOAUTH', 'give REDIS_PASSWORD, or put a password into REDIS_URL'],
  ['WRONGPASS', 'REDIS_PASSWORD, or the password in REDIS_URL, is not the one that the server has'],
  ['SASL:', 'give POSTGRES_PASSWORD, or put a password into DATABASE_URL'],
])

/** What no later try mends. The name of a host (ENOTFOUND) may be known soon: that of a container that is starting. */
const OF_SETTINGS = ['28000', '28P01', '3D000', 'SASL:']

/** What went wrong, with the way out where one is known. */
export function explain(error) {
  const wayOut = WAYS_OUT.get(kindOf(error))
  const why = error.message || error.code
  return wayOut === undefined ? why : `${why}; ${wayOut}`
}

/** Whether it is the settings that have to change. */
export function isOfSettings(error) {
  return OF_SETTINGS.includes(kindOf(error))
}

function kindOf({ code, message }) {
  return code ?? message.split(' ')[0]
}
