import { writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { log } from './log.js'
import { renderPage } from './page.js'
import { rememberVisits, visitsOf } from './session.js'
import { EX_CONFIG, settings } from './settings.js'
import { checkHealth, closeStores, countVisit } from './stores.js'

const ROUTES = new Map([
  ['/', home],
  ['/live', live],
  ['/health', health],
])

/** Longer than an answer takes, shorter than the 10 s that a supervisor gives by default. */
const LAST_ANSWERS_MS = 5_000

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    log('error', 'cannot answer', { url: request.url, error: error.message || error.code })
    // Half an answer cannot become another one: the client has to see that it is broken.
    if (response.headersSent) response.destroy()
    else sendJson(response, 503, { error: 'a server behind this one does not answer' })
  })
})

server.on('error', (error) => {
  const other = error.code === 'EADDRNOTAVAIL' ? 'HOST' : 'PORT, 1024 or more'
  log('error', 'cannot listen', { error: `${error.message}; give another ${other}` })
  // Another program that has the port may go; what may not be used may not in the next run, either.
  process.exit(['EACCES', 'EADDRNOTAVAIL'].includes(error.code) ? EX_CONFIG : 1)
})

/** Answers until it is told to end. */
export function serve() {
  process.once('SIGTERM', shutDown)
  process.once('SIGINT', shutDown)
  server.listen(settings.port, settings.host, () => {
    log('info', 'listening', { ...server.address(), url: settings.publicUrl?.href })
    // A supervisor that has given a descriptor is told, and need not ask.
    if (process.env.NOTIFY_FD) writeSync(Number(process.env.NOTIFY_FD), '\n')
  })
}

async function answer(request, response) {
  const [path] = request.url.split('?')
  const route = ROUTES.get(path)
  if (!route) return sendJson(response, 404, { error: `there is no ${path}` })
  if (request.method !== 'GET') return sendJson(response, 405, { error: 'only GET is understood' }, { Allow: 'GET' })
  await route(request, response)
}

async function home(request, response) {
  const visits = await countVisit()
  const own = visitsOf(request) + 1
  const headers = rememberVisits(own)
  if (request.headers.accept?.includes('text/html')) {
    send(response, 200, renderPage({ ...visits, own }), 'text/html; charset=utf-8', headers)
  } else sendJson(response, 200, { visits }, headers)
}

/** For whoever restarts it: that this process answers, whatever became of the servers behind it. */
function live(request, response) {
  sendJson(response, 200, { ok: true })
}

/** For whoever sends visitors here: that they can be served. */
async function health(request, response) {
  const result = await checkHealth()
  sendJson(response, result.ok ? 200 : 503, result)
}

function sendJson(response, status, value, headers) {
  send(response, status, `${JSON.stringify(value)}\n`, 'application/json', headers)
}

function send(response, status, body, type, headers) {
  // While it shuts down, a connection that is kept alive would keep the server as well.
  const last = server.listening ? {} : { Connection: 'close' }
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...last, ...headers }).end(body)
}

/** Takes no new connections, answers what is under way, then ends. */
function shutDown(signal) {
  log('info', 'shutting down', { signal })
  server.close(async () => {
    await closeStores()
    log('info', 'bye')
  })
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref()
}
