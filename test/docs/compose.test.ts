import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseDuration } from '../../src/core/config/duration.ts'
import type { Config } from '../../src/core/config/model.ts'
import { loadSeveral } from '../../src/daemon/load-several.ts'
import { readConfigFile } from '../../src/system/config-file.ts'
import { DEVELOPMENT_STACK, PLAIN_STACK, PRODUCTION_STACK, REPEATED, type Stack } from './compose.ts'
import { worldWith } from './load.ts'
import { ROOT } from './pages.ts'

const STACKS = [PLAIN_STACK, PRODUCTION_STACK, DEVELOPMENT_STACK]

const HARDENED = {
  user: '1000:1000',
  read_only: true,
  tmpfs: ['/run:uid=1000,gid=1000,mode=0755,size=16m', '/tmp:mode=1777,size=64m'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
}

/** Where the files of the containers come from. */
const MOUNTS: readonly (readonly [inside: string, outside: string])[] = [
  ['/etc/', 'docker/rootfs/etc/'],
  ['/srv/docker/', 'docker/'],
]

/** The services' files that a container of this stack reads, from the project's folder. */
function filesOf({ service }: Stack): readonly string[] {
  const files = (service.environment?.['PIDONE_CONFIG'] ?? '/etc/pidone/services.yaml').split(':')
  return files.map((file) => {
    const [inside, outside] = MOUNTS.find(([folder]) => file.startsWith(folder)) ?? ['', '']
    return join(ROOT, outside, file.slice(inside.length))
  })
}

/** What the supervisor makes of them, with the variables that the stack sets. */
function configOf(stack: Stack): Config {
  const environment = new Map(
    Object.entries(stack.service.environment ?? {}).map(([name, value]) => [name, value ?? 'given']),
  )
  const { config, problems } = loadSeveral(
    { paths: filesOf(stack), read: readConfigFile },
    worldWith([], {
      environment,
      currentUid: 1000,
      currentGid: 1000,
      readText: () => ({ kind: 'text', text: 'secret' }),
    }),
  )
  if (config === null) throw new Error(problems.map(({ message }) => message).join('\n'))
  return config
}

/** The longest that services may take to stop, one after the other; oneshots have ended long before. */
function stopMs({ services }: Config): number {
  const from = (name: string): number => {
    const service = services.get(name)
    if (service === undefined) return 0
    const own = service.type === 'longrun' ? service.stopGracePeriodMs : 0
    return own + Math.max(0, ...service.dependsOn.map((edge) => from(edge.service)))
  }
  return Math.max(...[...services.keys()].map(from))
}

const compose = spawnSync('docker', ['compose', 'version'])

for (const stack of STACKS) {
  const { files, service } = stack
  const title = files.join(' and ')

  void t.test(`${title}: Docker Compose takes it`, { skip: compose.status !== 0 && 'no `docker compose`' }, (test) => {
    const options = files.flatMap((file) => ['-f', join(ROOT, 'docker', file)])
    const { status, stderr } = spawnSync('docker', ['compose', ...options, 'config', '--quiet'], { encoding: 'utf8' })
    test.strictSame({ status, stderr }, { status: 0, stderr: '' })
    test.end()
  })

  void t.test(`${title}: what it builds from and mounts is there`, (test) => {
    const folder = join(ROOT, 'docker')
    const { context = '', dockerfile = '' } = service.build ?? {}
    const mounted = (service.volumes ?? [])
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((from) => from.startsWith('.'))
    const needed = [join(folder, context, dockerfile), ...mounted.map((from) => join(folder, from)), ...filesOf(stack)]
    test.strictSame(
      needed.filter((path) => !existsSync(path)),
      [],
    )
    test.end()
  })

  void t.test(`${title}: each variable that it sets is read by the services`, (test) => {
    const text = filesOf(stack)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
    const names = Object.keys(service.environment ?? {}).filter((name) => !name.startsWith('PIDONE_'))
    const unread = names.filter((name) => !new RegExp(String.raw`\b${name.replace(/_FILE$/, '')}\b`).test(text))
    test.strictSame(unread, [])
    test.end()
  })

  void t.test(`${title}: the container has more time to stop than its services`, (test) => {
    test.ok((parseDuration(service.stop_grace_period ?? '10s') ?? 0) > stopMs(configOf(stack)))
    test.end()
  })

  void t.test(`${title}: the image alone says how its health is asked`, (test) => {
    test.equal(service['healthcheck'], undefined)
    const { context = '', dockerfile = '' } = service.build ?? {}
    test.match(
      readFileSync(join(ROOT, 'docker', context, dockerfile), 'utf8'),
      /^HEALTHCHECK .*--start-period=60s CMD /m,
    )
    test.end()
  })

  void t.test(`${title}: its ports are open for this machine only`, (test) => {
    for (const port of service.ports ?? []) test.match(port, /^(\$\{PUBLISH:-)?127\.0\.0\.1:/)
    test.end()
  })
}

void t.test('compose.prod.yaml adds to compose.yaml, and says nothing twice', (test) => {
  test.strictSame(REPEATED, [])
  test.end()
})

void t.test('in production the container may do no more than it needs', (test) => {
  const { service } = PRODUCTION_STACK
  const found = Object.fromEntries(Object.keys(HARDENED).map((key) => [key, service[key]]))
  test.strictSame(found, HARDENED)
  const limits = ['cpus', 'mem_limit', 'pids_limit', 'ulimits', 'logging', 'restart', 'secrets']
  test.strictSame(
    limits.filter((key) => service[key] === undefined),
    [],
  )
  test.end()
})
