import { build } from 'esbuild'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from './pages.ts'
import type * as errors from './workflow-errors.ts'
import { STEPS, WORKFLOWS } from './workflows.ts'

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** GitHub's parser is written for bundlers: it imports JSON without saying so. */
async function loadParser(folder: string): Promise<typeof errors> {
  const outfile = join(folder, 'workflow-errors.cjs')
  const entry = join(import.meta.dirname, 'workflow-errors.js')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', logLevel: 'error' })
  return createRequire(import.meta.url)(outfile) as typeof errors
}

void t.test("GitHub's own parser finds nothing wrong", async (test) => {
  const { workflowErrors } = await loadParser(test.testdir())
  for (const { path, text } of WORKFLOWS) test.strictSame(await workflowErrors(path, text), [], path)
  const wrong = 'on: push\njobs: { a: { runs-on: x, steps: [{ run: "true", iff: "${{ no.name }}" }] } }'
  test.strictSame(await workflowErrors('wrong.yml', wrong), ["wrong.yml (Line: 2, Col: 49): Unexpected value 'iff'"])
})

void t.test('others’ actions are pinned to a commit, with its version beside it', (test) => {
  const lines = WORKFLOWS.flatMap(({ text }) => text.split('\n')).filter((line) => /^[\s-]*uses:/.test(line))
  const loose = lines.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$|uses: \.\/\.github\//.test(line))
  test.strictSame(loose, [])
  test.equal(lines.length, STEPS.filter(({ uses }) => uses).length + jobsThatUse().length)
  const pins = new Set(lines.map((line) => line.replace(/^[\s-]*uses: /, '')))
  const actions = [...pins].map((pin) => pin.split('@')[0])
  test.equal(new Set(actions).size, pins.size, 'each in one version')
  test.end()
})

void t.test('a workflow may nothing, a job what it names, and none runs for ever', (test) => {
  for (const { path, permissions, jobs } of WORKFLOWS) {
    test.strictSame(permissions, {}, path)
    for (const [name, job] of Object.entries(jobs)) {
      test.type(job.permissions, Object, `${path}: ${name}`)
      test.ok(job.uses ?? job['timeout-minutes'], `${path}: ${name}`)
    }
  }
  test.end()
})

void t.test('what strangers write is not executed, and no token is left lying about', (test) => {
  for (const { path, on } of WORKFLOWS) test.notOk('pull_request_target' in on || 'workflow_run' in on, path)
  // Expressions are filled in before the shell reads the text; variables are not.
  test.strictSame(
    STEPS.filter(({ run }) => run?.includes('${{')).map(({ place }) => place),
    [],
  )
  const checkouts = STEPS.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
  test.strictSame(
    checkouts.filter((step) => step.options?.['persist-credentials'] !== false).map(({ place }) => place),
    [],
  )
  test.end()
})

void t.test('what the steps run is there', (test) => {
  const text = WORKFLOWS.map((workflow) => workflow.text).join('\n')
  const names = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name)
  const paths = [...text.matchAll(/(?<![\w./-])(?:docker|scripts|test|\.\/\.github)\/[\w./-]+/g)].map(([path]) => path)
  test.ok(names.length > 0 && paths.length > 0)
  test.strictSame(
    names.filter((name) => !(name in scripts)),
    [],
  )
  // An action's name looks like a path.
  const actions = new Set(STEPS.map(({ uses = '' }) => uses.split('@')[0]))
  test.strictSame(
    [...new Set(paths)].filter((path) => !actions.has(path) && !existsSync(join(ROOT, path))),
    [],
  )
  test.end()
})

void t.test('where the tests leave the images out, another job builds them and tries them', (test) => {
  const ci = WORKFLOWS.find(({ path }) => path.endsWith('ci.yml'))?.text ?? ''
  test.match(ci, /PIDONE_TEST_IMAGES=no npm test/)
  test.match(readFileSync(join(ROOT, 'scripts/test'), 'utf8'), 'PIDONE_TEST_IMAGES')
  for (const file of ['docker/Dockerfile', 'docker/Dockerfile.base']) test.match(ci, `file: ${file},`)
  test.end()
})

void t.test('who may write runs actions of GitHub and Docker only', (test) => {
  const places = WORKFLOWS.flatMap(({ path, jobs }) =>
    Object.entries(jobs)
      .filter(([, { permissions }]) => Object.values(permissions ?? {}).includes('write'))
      .map(([job]) => `${path}: ${job}: `),
  )
  test.ok(places.length > 0)
  const steps = STEPS.filter(({ place }) => places.some((start) => place.startsWith(start)))
  test.strictSame(
    steps.filter(({ uses }) => uses !== undefined && !/^(actions|docker)\//.test(uses)).map(({ place }) => place),
    [],
  )
  test.end()
})

void t.test(
  'an image is built once, pushed without a name, and gets one when what was pushed has been tried',
  (test) => {
    const jobs = WORKFLOWS.find(({ path }) => path.endsWith('release.yml'))?.jobs ?? {}
    const runIn = (job: string): string => (jobs[job]?.steps ?? []).map(({ run = '' }) => run).join('\n')
    const jobsThatRun = (command: string): readonly string[] =>
      Object.keys(jobs).filter((job) => runIn(job).includes(command))
    test.strictSame(jobsThatRun('buildx build'), ['images'])
    test.equal(runIn('images').split('buildx build').length, 2)
    test.match(runIn('images'), 'push-by-digest=true')
    test.strictSame(jobsThatRun('docker/smoke.sh'), ['trials'])
    test.match(runIn('trials'), /pushed=\$IMAGE@sha256:.*\n *docker pull "\$pushed"/)
    test.strictSame(jobsThatRun('imagetools create'), ['names'])
    test.strictSame(
      ['trials', 'names'].map((job) => jobs[job]?.needs),
      [
        ['version', 'images'],
        ['version', 'trials', 'package'],
      ],
    )
    test.end()
  },
)

function jobsThatUse(): readonly string[] {
  return WORKFLOWS.flatMap(({ jobs }) => Object.values(jobs).flatMap(({ uses }) => uses ?? []))
}
