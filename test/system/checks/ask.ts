import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Probe, ServiceConfig } from '../../../src/core/config/model.ts'
import type { ProbeRequest, ProbeResult } from '../../../src/core/machine.ts'
import type { RunOnce } from '../../../src/system/checks/exec.ts'
import { createProbe } from '../../../src/system/probe.ts'

/** What a question may say beside the probe itself. */
export interface Extras {
  readonly timeoutMs?: number
  readonly workingDir?: string
  readonly spawnedAtEpochMs?: number
  readonly runOnce?: RunOnce
}

/** Puts one question and waits for the answer. */
export function ask(probe: Probe, extras: Extras = {}): Promise<ProbeResult> {
  return new Promise((resolve) => {
    createProbe({ runOnce: extras.runOnce ?? refuseToRun })(requestOf(probe, extras), resolve)
  })
}

/** The request of a question, as the daemon would make it. */
export function requestOf(probe: Probe, extras: Extras = {}): ProbeRequest {
  return {
    probe,
    service: { name: 'web', workingDir: extras.workingDir ?? null } as ServiceConfig,
    runId: 'run-7',
    spawnedAtEpochMs: extras.spawnedAtEpochMs ?? 0,
    timeoutMs: extras.timeoutMs ?? 5_000,
  }
}

/** Starts a server on a free loopback port that treats each connection so; closed with the test. */
export async function serve(
  t: { teardown: (end: () => unknown) => void },
  treat: (socket: Socket) => void,
): Promise<TestServer> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    treat(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    sockets.forEach((socket) => socket.destroy())
  })
  const { port } = server.address() as AddressInfo
  return { server, port, at: { kind: 'tcp', host: '127.0.0.1', port } }
}

/** A server of a test. */
export interface TestServer {
  readonly server: Server
  readonly port: number
  readonly at: { readonly kind: 'tcp'; readonly host: string; readonly port: number }
}

/** A folder with a path short enough for sockets, removed with the test. */
export function tempFolder(t: { teardown: (end: () => unknown) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A port of loopback where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Writes one byte after the other, each in a packet of its own. */
export function drip(socket: Socket, bytes: Uint8Array): void {
  socket.setNoDelay(true)
  let sent = 0
  const next = () => {
    if (sent === bytes.length || socket.destroyed) return
    sent++
    socket.write(bytes.subarray(sent - 1, sent), () => setImmediate(next))
  }
  next()
}

function refuseToRun(): never {
  throw new Error('nothing should be run')
}
