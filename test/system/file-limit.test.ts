import t from 'tap'
import { runFixture } from './fixture.ts'

interface Outcome {
  readonly stdout: string
}

/** Runs a service below a soft limit of 300 and a hard one of 3000, of which Node makes 3000 for itself. */
async function run(softFileLimit: string | undefined, script: string): Promise<string> {
  const chain = ['/bin/sh', '-c', 'ulimit -n 3000; ulimit -Sn 300; exec "$@"', 'sh']
  const keys = JSON.stringify({ argv: ['/bin/sh', '-c', script] })
  const said = softFileLimit === undefined ? [] : [softFileLimit]
  return ((await runFixture(chain, 'runs-service', ['{}', keys, ...said])) as Outcome).stdout
}

const SAY = 'ulimit -Sn; ulimit -Hn'

void t.test('a service has the soft limit of open files that the supervisor was started with', async (test) => {
  test.equal(await run('300', SAY), '300\n3000\n')
})

void t.test('also when there are more descriptors than that', async (test) => {
  const script = 'until [ "$(ulimit -Sn)" = 9 ]; do :; done; ulimit -Sn; ulimit -Hn'
  test.equal(await run('9', script), '9\n3000\n')
})

for (const said of [undefined, '', 'unlimited', '99999', '-1']) {
  void t.test(
    `when the launcher has said ${JSON.stringify(said)}, it has the limit of the supervisor`,
    async (test) => {
      test.equal(await run(said, SAY), '3000\n3000\n')
    },
  )
}
