/** Prints 110 KB at SIGUSR1, and leaves thirty daemons at SIGUSR2. */
const CHATTER = `
trap 'seq 1 20000' USR1
trap 'for i in $(seq 30); do (setsid sleep 0.5 &); done' USR2
while :; do sleep 1 & wait $!; done`

/** Leaves an orphan five times a second. */
const FORKER = 'while :; do (sleep 0.05 &); sleep 0.2; done'

/** What runs beside the example: a file that goes over it. */
export const CHURNING: string = JSON.stringify({
  services: {
    chatter: { command: ['sh', '-c', CHATTER] },
    forker: { command: ['sh', '-c', FORKER] },
    flapper: { command: ['sh', '-c', 'sleep 0.3; exit 3'], restart: { delay: '50ms', max_delay: '200ms' } },
    checked: { command: ['sleep', 'infinity'], healthcheck: { test: ['CMD', 'true'], interval: '500ms' } },
    notifier: { script: 'echo >&3; exec sleep infinity', ready: { notify: 'fd:3' } },
    worker: {
      command: ['sleep', 'infinity'],
      depends_on: { redis: { condition: 'service_ready', when_lost: 'restart' } },
    },
    reader: {
      command: ['sleep', 'infinity'],
      depends_on: { worker: { condition: 'service_ready', when_lost: 'stop' } },
    },
    job: { type: 'oneshot', command: ['true'], schedule: 'every 2s' },
    web: { command: ['sleep', 'infinity'], scale: 3 },
  },
})

/** Those that may be killed, stopped and restarted at any time: a oneshot that is killed has failed for good. */
export const LONGRUNS: readonly string[] = [
  'postgres',
  'redis',
  'app',
  'chatter',
  'forker',
  'checked',
  'notifier',
  'worker',
  'reader',
  'web-1',
  'web-2',
  'web-3',
]

/** Never well for long: stopped while figures are taken. */
export const FLAPPER = 'flapper'
