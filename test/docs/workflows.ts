import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from './pages.ts'

/** What the tests look at in a workflow. */
interface Workflow {
  /** From the root of the project. */
  readonly path: string
  readonly text: string
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

interface Job {
  readonly uses?: string
  readonly needs?: unknown
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly steps?: readonly Written[]
}

interface Written {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

/** A step, and where it stands, as in `ci.yml: check: 2`. */
interface Step {
  readonly place: string
  readonly uses: string | undefined
  readonly run: string | undefined
  readonly options: Written['with']
}

const FOLDER = '.github/workflows'

/** Every workflow. */
export const WORKFLOWS: readonly Workflow[] = readdirSync(join(ROOT, FOLDER)).map((name) => {
  const path = `${FOLDER}/${name}`
  const text = readFileSync(join(ROOT, path), 'utf8')
  const { on, permissions, jobs } = parse(text) as Omit<Workflow, 'path' | 'text'>
  return { path, text, on, permissions, jobs }
})

/** Every step of every job. */
export const STEPS: readonly Step[] = WORKFLOWS.flatMap(({ path, jobs }) =>
  Object.entries(jobs).flatMap(([job, { steps = [] }]) =>
    steps.map(({ uses, run, with: options }, index) => ({
      place: `${path}: ${job}: ${index + 1}`,
      uses,
      run,
      options,
    })),
  ),
)
