import { resolveNames } from '../core/control/names.ts'
import { graphReply, type GraphReply, type GraphService } from '../core/control/graph-reply.ts'
import { BAD_FILE, BAD_USAGE } from './exit-status.ts'
import { findConfig } from './find-config.ts'
import { loadFiles, tellProblems } from './load-file.ts'
import type { Options } from './options.ts'
import { takeInheritance } from './own-environment.ts'
import { askIfThere, PROMPT_MS, queryOf, unexpected } from './supervisor-link.ts'
import { complain } from './terminal.ts'

/** A graph, or the exit status of a command that found none and has said why. */
export type FoundGraph = { readonly graph: GraphReply } | { readonly status: number }

/** The graph of the supervisor that runs; where none does, or a file or profile is named, of the file. */
export async function findGraph(options: Options): Promise<FoundGraph> {
  if (options.has('file') || options.has('profile')) return graphOfFile(options)
  const asked = await askIfThere({ method: 'GET', path: `/v1/graph${queryOf(options.words)}`, timeoutMs: PROMPT_MS })
  if (asked === null) return graphOfFile(options)
  if ('status' in asked) return asked
  return isGraph(asked.body) ? { graph: asked.body } : { status: unexpected(asked.body) }
}

async function graphOfFile(options: Options): Promise<FoundGraph> {
  const { environment } = takeInheritance()
  const mode = 'init'
  const found = findConfig({ asked: options.texts('file'), environment, mode })
  if (found.kind === 'none') return refuse(found.message, BAD_FILE)
  const loaded = await loadFiles({ mode, paths: found.paths, environment, profiles: options.texts('profile') })
  tellProblems(loaded)
  if (loaded.config === null) return { status: BAD_FILE }
  const { name, services, droppedEdges } = loaded.config
  const resolved = resolveNames(options.words, [...services.values()])
  if ('refusal' in resolved) return refuse(resolved.refusal, BAD_USAGE)
  const { names } = resolved
  return { graph: graphReply({ name, services, droppedEdges, names, standing: unknown }) }
}

function unknown(): Pick<GraphService, 'state' | 'health'> {
  return { state: null, health: 'none' }
}

function refuse(message: string, status: number): FoundGraph {
  complain(message)
  return { status }
}

function isGraph(body: unknown): body is GraphReply {
  if (typeof body !== 'object' || body === null) return false
  return 'services' in body && Array.isArray(body.services) && 'edges' in body && Array.isArray(body.edges)
}
