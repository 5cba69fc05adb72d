import { ROOT } from '../pid1/support/requirements.ts'
import { script } from './scripts.ts'

/** A line of a Dockerfile as buildah carried it out. */
export interface Step {
  readonly line: string
  /** Nothing was done: the layer was there. */
  readonly cached: boolean
}

/**
 * Builds a Dockerfile of `docker/` with the cache of earlier builds.
 *
 * @param args More for buildah.
 * @param context The tree to build, when it is not the project's own.
 * @returns The steps of all stages that the last one needs, in turn.
 */
export async function build(
  file: string,
  tag: string,
  args: readonly string[] = [],
  context: string = ROOT,
): Promise<readonly Step[]> {
  const words = [`${context}/docker/${file}`, tag, ...args]
  const { status, stdout, stderr } = await script('test/container/build', words, { CONTEXT: context })
  if (status !== 0) throw new Error(`cannot build ${file}: ${stdout.slice(-2_000)}\n${stderr.slice(-4_000)}`)
  return stepsOf(stdout)
}

/** `[3/9] STEP 2/7: RUN …` begins each, `--> Using cache …` follows; of one line only, where a line is continued. */
function stepsOf(output: string): readonly Step[] {
  const [, ...parts] = output.split(/^(?:\[\d+\/\d+\] )?STEP \d+\/\d+: /m)
  return parts.map((part) => ({ line: part.split('\n')[0] ?? '', cached: /^--> Using cache /m.test(part) }))
}
