import t from 'tap'
import { script } from '../../system/fixture.ts'
import { inside, startImage } from '../support/image.ts'
import { until } from '../support/until.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { seeThrough, SMALL_STACK } from '../support/small-stack.ts'

const skip = UNLESS_PID_1
t.jobs = 4

/** Leaves `sh`, `sleep`, Node and their libraries, and of the devices /dev/null. */
const NEARLY_EMPTY = `
for file in $(ldd "$node" /bin/sh /bin/sleep | grep -o '/lib[^ ]*' | sort -u) /bin/sh /bin/sleep; do
  mkdir -p "keep$(dirname "$file")"
  cp -L "$file" "keep$file"
done
for path in usr etc bin sbin lib lib64; do
  if [ -L $path ]; then rm $path; elif [ -d $path ]; then umount $path && rmdir $path; fi
done
mv keep/* .
for device in zero full random urandom tty; do umount dev/$device; rm dev/$device; done`

for (const [name, change] of [
  ['no program but sh, sleep and Node, no /etc, and only /dev/null', NEARLY_EMPTY],
  ['no /dev at all', 'for file in dev/*; do umount $file; rm $file; done'],
  ['no /etc/passwd and no /etc/group', 'umount etc'],
  ['no /proc/sys', 'mount -t tmpfs -o ro x proc/sys'],
] as const) {
  void t.test(`with ${name} all is as ever`, { skip, buffered: true }, async (test) => {
    const container = await startImage(test, { file: SMALL_STACK, change })
    test.notMatch(await seeThrough(test, container), /warning|error/)
  })
}

void t.test('without /proc it says what it cannot do, and does the rest', { skip, buffered: true }, async (test) => {
  const container = await startImage(test, {
    file: `${SMALL_STACK}    max_memory: 1g\n`,
    change: 'umount proc',
  })
  const text = await seeThrough(test, container)
  test.match(
    text,
    /^supervisor \| warning: no "\/proc" of this PID namespace: what leaves the process group of its service outlives it, and CPU, memory and "max_memory" are unknown; mount one$/m,
  )
  // The launcher's environment, which it then cannot copy, is the other one.
  test.equal(text.match(/warning|error/g)?.length, 2, text)
})

for (const [who, chain] of [
  ['root', []],
  ['root without CAP_SYS_PTRACE', ['setpriv', '--bounding-set=-sys_ptrace', '--']],
  ['a user', ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups', '--']],
] as const) {
  void t.test(`hidepid=2 hides nothing of its own from ${who}`, { skip, buffered: true }, async (test) => {
    const container = await startImage(test, {
      file: `
services:
  daemon: {command: [/data/daemon], ready: {log: daemon}}
  app: {script: 'exec sleep 1000', healthcheck: {test: [CMD, sh, -c, ':'], interval: 200ms}}
`,
      change: `umount proc; mount -t proc -o hidepid=2 proc proc; cp ${script('double-forks-and-ignores-sigterm')} data/daemon`,
      chain,
    })
    await container.line(/app: ready/)
    await container.line(/daemon: ready/)
    const status = await inside(container, ['status', '--json'], chain)
    test.match(status.stdout, /"memory": \d+/, status.stderr)
    test.equal((await inside(container, ['stop', 'daemon'], chain)).status, 0)
    // Between two checks.
    await until('only the app', () => container.names().join() === 'sleep')
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  })
}

const NO_NODE = /^supervisor: cannot start: no "node" in PATH; install Node.js 20.19, or 22.3 or later\n$/

for (const [name, set, status, words] of [
  ['none', 'unset PATH', 127, NO_NODE],
  ['an empty one', 'PATH=', 127, NO_NODE],
  ['one without Node', 'PATH=/bin:/nowhere::.', 127, NO_NODE],
  ['one with gaps and what is not there', 'PATH=::/nowhere:./:/opt/node:/bin:', 0, /^says +\| hello$/m],
] as const) {
  void t.test(`PATH: ${name}`, { skip, buffered: true }, async (test) => {
    const container = await startImage(test, {
      file: 'services: {says: {type: oneshot, script: "echo hello"}}',
      change: NEARLY_EMPTY,
      chain: ['/bin/sh', '-c', `${set}; exec "$@"`, 'sh'],
    })
    const ended = await container.end()
    test.equal(ended.status, status, ended.text)
    test.match(ended.text, words)
  })
}
