import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { StatusReply } from '../../src/core/protocol.ts'
import type { Container } from '../pid1/support/container.ts'
import { pick, type Random } from '../random.ts'
import { LONGRUNS } from './services.ts'
import { signalIfThere } from '../pid1/support/processes.ts'

/** What is done to a running stack, again and again. */
export interface Churn {
  /** How often each thing was done. */
  readonly counts: ReadonlyMap<string, number>
  /** Goes on for so long, then waits for its own ends and leaves nothing open. */
  readonly run: (forMs: number) => Promise<void>
}

/** Between two of them; ms. */
const PAUSE_MS = 60
const AT_ONCE = 24

/** Kills, stops and restarts services, makes them talk and leave orphans, and asks on the control socket, well or badly. */
export function createChurn(container: Container, random: Random): Churn {
  const counts = new Map(Object.keys(ACTIONS).map((name) => [name, 0]))
  return {
    counts,
    run: async (forMs) => {
      const until = performance.now() + forMs
      const underWay = new Set<Promise<void>>()
      const clients = new Set<Socket>()
      while (performance.now() < until) {
        const name = pick(random, WEIGHTED)
        counts.set(name, (counts.get(name) ?? 0) + 1)
        const action = ACTIONS[name]({ container, random, clients }).finally(() => underWay.delete(action))
        underWay.add(action)
        if (underWay.size >= AT_ONCE) await Promise.race(underWay)
        await pause(PAUSE_MS)
      }
      await Promise.all(underWay)
      for (const client of clients) client.destroy()
    },
  }
}

interface Scene {
  readonly container: Container
  readonly random: Random
  /** Connections that are left open until the end of the round. */
  readonly clients: Set<Socket>
}

type Name =
  | 'kill'
  | 'restart'
  | 'stop and start'
  | 'log burst'
  | 'daemons'
  | 'status'
  | 'follower'
  | 'mute client'
  | 'junk'

const ACTIONS: Readonly<Record<Name, (scene: Scene) => Promise<void>>> = {
  kill: async ({ container, random }) => {
    const { status, body } = await container.ask('GET', `/v1/status?service=${pick(random, LONGRUNS)}`)
    // Too many others ask.
    if (status === 503) return
    if (status !== 200) throw new Error(`status: ${status} ${body}`)
    const { services } = JSON.parse(body) as StatusReply
    const pid = services[0]?.pid ?? null
    const seen = pid === null ? null : container.processOf(pid)
    if (seen !== null) signalIfThere(seen.pid, pick(random, ['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const))
  },
  restart: (scene) => post(scene, 'restart', pick(scene.random, LONGRUNS)),
  'stop and start': async (scene) => {
    const service = pick(scene.random, LONGRUNS)
    await post(scene, 'stop', service)
    await post(scene, 'start', service)
  },
  'log burst': (scene) => post(scene, 'signal', 'chatter', { signal: 'USR1' }),
  daemons: (scene) => post(scene, 'signal', 'chatter', { signal: 'USR2' }),
  status: async ({ container }) => {
    await container.ask('GET', '/v1/status?usage=true')
  },
  follower: async (scene) => {
    const socket = open(scene, 'GET /v1/logs?follow=true&last=1000 HTTP/1.1\r\nHost: a\r\n\r\n')
    socket.resume()
    await pause(scene.random() * 1000)
    socket.destroy()
  },
  'mute client': async (scene) => {
    // At most some: more than a hundred are turned away, and then nobody else is heard.
    if (scene.clients.size >= 20) return
    scene.clients.add(open(scene, 'GET /v1/logs?follow=true HTTP/1.1\r\nHost: a\r\n\r\n').pause())
  },
  junk: async (scene) => {
    const socket = open(scene, pick(scene.random, ['\0\x01\x02\r\n\r\n', 'GET', 'GET /../../etc HTTP/1.1\r\n\r\n', '']))
    socket.resume()
    await pause(scene.random() * 300)
    socket.destroy()
  },
}

const WEIGHTED: readonly Name[] = [
  ...(Object.keys(ACTIONS) as Name[]),
  ...Array.from({ length: 4 }, () => ['kill', 'status', 'log burst'] as const).flat(),
]

/** A refusal, such as 409 for what somebody else asked meanwhile, is an answer. */
async function post({ container }: Scene, verb: string, service: string, more: object = {}): Promise<void> {
  await container.ask('POST', `/v1/${verb}`, { services: [service], ...more })
}

function open({ container }: Scene, text: string): Socket {
  const socket = connect(join(container.runtimeDir, 'control.sock'))
  socket.on('error', () => {})
  socket.write(text)
  return socket
}
