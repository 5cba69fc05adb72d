import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { fencesOf, readPages } from '../docs/pages.ts'
import { script } from './scripts.ts'

const SERVICES = `services:
  app:
    command: [node, /srv/app/server.js]
    ready: { http: 'http://127.0.0.1:8000/' }
`
const RUN = ['run', '--rm', '--network', 'none']
const SERVER = "require('node:http').createServer((_, response) => response.end()).listen(8000)\n"

/** Builds each Dockerfile that a page shows, the image to build on being `localhost/pidone`, and starts what comes of it. */
export async function trySnippets(test: Test): Promise<void> {
  for (const { name, text } of snippets()) {
    const context = test.testdir()
    mkdirSync(join(context, 'docker'))
    writeFileSync(join(context, 'docker', 'Dockerfile'), text)
    writeFileSync(join(context, 'services.yaml'), SERVICES)
    writeFileSync(join(context, 'server.js'), SERVER)
    const tag = 'localhost/pidone-snippet'
    const built = await script('test/container/build', [join(context, 'docker/Dockerfile'), tag], { CONTEXT: context })
    test.equal(built.status, 0, name, { stderr: built.stderr.slice(-2_000) })
    // A command is run when all services are ready, and its status is the container's.
    const ran = await script('test/container/podman', [...RUN, tag, 'supervisor', 'health'])
    test.equal(ran.status, 0, `${name} and its services`, { stdout: ran.stdout, stderr: ran.stderr })
  }
}

/** One that goes into a Dockerfile begins with the image to build on. */
function snippets(): readonly { readonly name: string; readonly text: string }[] {
  return readPages().flatMap(({ path, text }) =>
    fencesOf(text)
      .filter(({ language }) => language === 'dockerfile')
      .map((fence) => ({
        name: `the Dockerfile at ${path}:${fence.line}`,
        text: fence.text.startsWith('FROM')
          ? fence.text
          : `FROM pidone\nCOPY . /srv/app/\nWORKDIR /srv/app\n${fence.text}`,
      })),
  )
}
