import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { fencesOf, readPages } from '../docs/pages.ts'
import { script } from './scripts.ts'

/** Where the page shows none beside the Dockerfile. */
const SERVICES = `services:
  app:
    command: [node, /srv/app/server.js]
    ready: { http: 'http://127.0.0.1:8000/' }
`
const RUN = ['run', '--rm', '--network', 'none']
const SERVER = "require('node:http').createServer((_, response) => response.end()).listen(8000)\n"

/** Builds each Dockerfile that a page shows, the image to build on being `localhost/pidone`, and starts what comes of it. */
export async function trySnippets(test: Test): Promise<void> {
  for (const { name, text, services } of snippets()) {
    const context = test.testdir()
    mkdirSync(join(context, 'docker'))
    writeFileSync(join(context, 'docker', 'Dockerfile'), text)
    writeFileSync(join(context, 'services.yaml'), services)
    writeFileSync(join(context, 'server.js'), SERVER)
    const tag = 'localhost/pidone-snippet'
    const built = await script('test/container/build', [join(context, 'docker/Dockerfile'), tag], { CONTEXT: context })
    test.equal(built.status, 0, name, { stderr: built.stderr.slice(-2_000) })
    // A command is run when all services are ready, and its status is the container's.
    const ran = await script('test/container/podman', [...RUN, tag, 'supervisor', 'health'])
    test.equal(ran.status, 0, `${name} and its services`, { stdout: ran.stdout, stderr: ran.stderr })
  }
}

interface Snippet {
  readonly name: string
  readonly text: string
  readonly services: string
}

/** One that goes into a Dockerfile begins with the image to build on. */
function snippets(): readonly Snippet[] {
  return readPages().flatMap(({ path, text }) => {
    const fences = fencesOf(text)
    return fences.flatMap((fence, index) => {
      if (fence.language !== 'dockerfile') return []
      const next = fences[index + 1]
      return {
        name: `the Dockerfile at ${path}:${fence.line}`,
        text: fence.text.startsWith('FROM')
          ? fence.text
          : `FROM pidone\nCOPY . /srv/app/\nWORKDIR /srv/app\n${fence.text}`,
        services: next?.before.endsWith('`services.yaml`:') === true ? next.text : SERVICES,
      }
    })
  })
}
