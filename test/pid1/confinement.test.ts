import { chownSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder, startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const NOBODY = 65_534
const SAY =
  'echo $(umask) $(nice) $(cat /proc/self/oom_score_adj) $(ulimit -Sn) $(ulimit -Hn) $(ulimit -Sc) $(id -u)' +
  ' $(grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status | cut -f2)'
const CONFINED = '0027 7 321 400 500 0 65534 0000000000000400 0000000000000400 1'

void t.test(
  'a service and its probes are confined as the file says, and nobody else is',
  { skip: UNLESS_PID_1 },
  async (test) => {
    const folder = makeFolder(test)
    chownSync(folder, NOBODY, NOBODY)
    const file = `
services:
  web:
    script: '${SAY}; exec sleep 1000'
    ready: {exec: [sh, -c, '(${SAY}) > probe']}
    user: "65534:65534"
    umask: "027"
    nice: 7
    oom_score_adj: 321
    ulimits: {nofile: {soft: 400, hard: 500}, core: 0}
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
    no_new_privileges: true
  free: {script: '${SAY}; exec sleep 1000', depends_on: {web: {condition: service_ready}}}
`
    // Not in a folder of that user, who could put another in its place.
    const environment = { PIDONE_RUNTIME_DIR: join(makeFolder(test), 'run') }
    const container = await startContainer(test, { folder, file, environment })
    const said = await container.line(/^web +\| (\d.*)$/)
    test.equal(said.match[1], CONFINED)
    const free = await container.line(/^free +\| (\d.*)$/)
    test.equal(readFileSync(join(folder, 'probe'), 'utf8'), `${CONFINED}\n`)
    test.match(
      free.match[1],
      /^0\d\d\d 0 0 \d+ \d+ \S+ 0 (?!0000000000000400)[0-9a-f]+ (?!0000000000000400)[0-9a-f]+ 0$/,
    )
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  },
)
