import t from 'tap'
import { tellingLine } from '../../../src/core/log/telling-line.ts'

const ESCAPE = String.fromCodePoint(27)

const NODE = `node:internal/modules/cjs/loader:1215
  throw err;
  ^

Error: Cannot find module '/srv/server.js'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1212:15)
    at node:internal/main/run_main_module:28:49 {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v20.20.0
`

const PYTHON = `Traceback (most recent call last):
  File "/srv/app.py", line 1, in <module>
    import nothing
ModuleNotFoundError: No module named 'nothing'
`

const JAVA = `Exception in thread "main" java.lang.IllegalStateException: no port
\tat app.Main.main(Main.java:3)
`

const TELLING: Readonly<Record<string, readonly [text: string, line: string | null]>> = {
  'the last one': ['one\ntwo', 'two'],
  'not an empty one': ['one\n\n   \n', 'one'],
  'none of nothing': ['', null],
  'none of empty lines': ['\n \n', null],
  'the error of Node, not its stack': [NODE, "Error: Cannot find module '/srv/server.js'"],
  'the error of Python, which stands below its stack': [PYTHON, "ModuleNotFoundError: No module named 'nothing'"],
  'the error of Java': [JAVA, 'Exception in thread "main" java.lang.IllegalStateException: no port'],
  'an indented one where there is no other': ['  waiting\n', 'waiting'],
  'without colours': [`${ESCAPE}[1;31mFATAL${ESCAPE}[0m: disk`, 'FATAL: disk'],
  'without what a terminal acts on': [`a${ESCAPE}]0;title\u0007b\u0008`, String.raw`ab\b`],
  'in any script': ['データベースがない', 'データベースがない'],
  'the message of an object': ['{"level":30,"msg":" no disk "}', 'no disk'],
  'and its error': ['{"time":1,"message":"cannot save","error":"no disk"}', 'cannot save: no disk'],
  'which may be an object, too': [
    '{"err":{"type":"E","message":"no disk"},"msg":"cannot save"}',
    'cannot save: no disk',
  ],
  'told once': ['{"err":{"message":"no disk"},"msg":"no disk"}', 'no disk'],
  'with nothing else': ['{"error":{"message":"no disk"},"msg":""}', 'no disk'],
  'which is not the name of an event': ['{"event":"order.saved","msg":"cannot save"}', 'cannot save'],
  'nor coloured': [String.raw`{"msg":"\u001b[31mno\u001b[0m disk\u0008"}`, String.raw`no disk\b`],
  'of the key that Elastic has': ['{"error.message":"no disk","message":"cannot save"}', 'cannot save: no disk'],
  'an object without any': ['{"level":30,"msg":{"a":1}}', '{"level":30,"msg":{"a":1}}'],
  'half an object': ['{"msg":"no disk","more":"', '{"msg":"no disk","more":"'],
  'what is odd JSON': ['{"msg":null,"error":[1,"x"]}', '{"msg":null,"error":[1,"x"]}'],
  shortened: ['x'.repeat(500), `${'x'.repeat(160)}…`],
}

for (const [what, [text, line]] of Object.entries(TELLING)) {
  void t.test(`the line that says something: ${what}`, async (test) => {
    test.equal(tellingLine(text.split('\n'), String), line)
  })
}

void t.test('of a secret not even the part before the cut is shown', async (test) => {
  const line = `${'x'.repeat(150)} hunter2-and-more`
  test.equal(
    tellingLine([line], (text) => text.replace('hunter2-and-more', '***')),
    `${'x'.repeat(150)} ***`,
  )
})
