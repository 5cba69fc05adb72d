import t from 'tap'
import { expandScale } from '../../../src/core/config/expand-scale.ts'
import { interpolate } from '../../../src/core/config/interpolate.ts'
import { mergeFiles } from '../../../src/core/config/merge-files.ts'
import type { Config } from '../../../src/core/config/model.ts'
import { readConfig, type ConfigReading } from '../../../src/core/config/read-config.ts'
import { DEFAULT_LOG_SETTINGS, type LogFileSettings, type LogSettings } from '../../../src/core/log/settings.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

const VARIABLES = new Map([
  ['FORMAT', 'json'],
  ['LOGS', '/var/log'],
])

/** Reads files over each other, as the supervisor does. */
function read(...files: readonly string[]): ConfigReading {
  const merged = mergeFiles(files.map((yaml, index) => treeOf(yaml, `${index}.yaml`)))
  const { tree } = expandScale(merged, VARIABLES)
  return readConfig(interpolate(tree, VARIABLES).tree, worldOf())
}

/** What is different from the defaults, of the supervisor (null) and of services. */
function settingsIn(...files: readonly string[]): Record<string, Partial<LogSettings> | string> {
  const { config, problems } = read(...files)
  if (config === null || problems.length > 0) throw new Error(JSON.stringify(problems))
  return Object.fromEntries([...all(config)].map(([name, settings]) => [name, differences(settings)]))
}

function all({ logs, services }: Config): ReadonlyMap<string, LogSettings | 'inherit'> {
  return new Map([['', logs], ...[...services].map(([name, service]) => [name, service.logs] as const)])
}

function differences(settings: LogSettings | 'inherit'): Partial<LogSettings> | string {
  if (settings === 'inherit') return settings
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_LOG_SETTINGS }
  const changed = Object.entries(settings).filter(([key, value]) => {
    return JSON.stringify(value) !== JSON.stringify(defaults[key])
  })
  return Object.fromEntries(changed)
}

function kept(path: string, rotation: Partial<LogFileSettings> = {}): LogFileSettings {
  return { path, maxBytes: null, maxFiles: 0, compress: false, ...rotation }
}

const MIB = 1024 * 1024

void t.test('every key at the top is for the supervisor and for every service', async (test) => {
  const yaml = `
logs:
  format: text
  timestamps: true
  prefix: false
  strip_ansi: yes
  stdout: false
  file: /var/log/all.log
  rotate: {max_size: 1.5m, max_files: 3, compress: false}
  buffer: {lines: 10, size: 4k}
  max_line: 256
  overflow: drop
services: {web: {command: a}}
`
  const settings: Partial<LogSettings> = {
    timestamps: true,
    prefix: false,
    stripAnsi: true,
    stdout: false,
    file: kept('/var/log/all.log', { maxBytes: 1.5 * MIB, maxFiles: 3, compress: false }),
    buffer: { maxLines: 10, maxBytes: 4096 },
    maxLineBytes: 256,
    overflow: 'drop',
  }
  test.strictSame(settingsIn(yaml), { '': settings, web: settings })
})

void t.test('what a service says goes over it, key by key, within "rotate" and "buffer" too', async (test) => {
  const yaml = `
logs: {format: json, file: /a, rotate: {max_size: 1m, max_files: 3}, buffer: {lines: 10}}
services:
  same: {command: a}
  own: {command: a, logs: {format: raw, file: /b, rotate: {max_files: 0}, buffer: 1m}}
  lines: {command: a, logs: {buffer: {lines: 5}, stdout: false}}
  none: {command: a, logs: {file: ""}}
  inherit: {command: a, logs: inherit}
`
  const file = kept('/a', { maxBytes: MIB, maxFiles: 3, compress: true })
  const top: Partial<LogSettings> = { format: 'json', file, buffer: { maxLines: 10, maxBytes: 256 * 1024 } }
  test.strictSame(settingsIn(yaml), {
    '': top,
    same: top,
    own: { format: 'raw', file: kept('/b', { maxBytes: MIB }), buffer: { maxLines: 10, maxBytes: MIB } },
    lines: { ...top, stdout: false, buffer: { maxLines: 5, maxBytes: 256 * 1024 } },
    none: { format: 'json', buffer: top.buffer },
    inherit: 'inherit',
  })
})

void t.test('a rotation without words has defaults; one at the top is for files of services too', async (test) => {
  const yaml = 'logs: {rotate: {}}\nservices: {web: {command: a, logs: {file: /b}}, db: {command: a}}'
  const file = kept('/b', { maxBytes: 10 * MIB, maxFiles: 5, compress: true })
  test.strictSame(settingsIn(yaml), { '': {}, web: { file }, db: {} })
})

void t.test('a path has the name in it, and begins where the supervisor is started', async (test) => {
  const yaml = `
logs: {file: "logs/./{service}/{service}.log"}
services: {web: {scale: 2, command: a}, db: {command: a, logs: {file: "\${LOGS}/x/../db.log"}}}
`
  test.strictSame(settingsIn(yaml), {
    '': { file: kept('/srv/logs/supervisor/supervisor.log') },
    'web-1': { file: kept('/srv/logs/web-1/web-1.log') },
    'web-2': { file: kept('/srv/logs/web-2/web-2.log') },
    db: { file: kept('/var/log/db.log') },
  })
})

void t.test('values come from the environment', async (test) => {
  const yaml = 'logs: {format: "${FORMAT:-text}", file: "${FILE:-}", buffer: "${B:-2k}"}\nservices: {web: {command: a}}'
  const settings: Partial<LogSettings> = { format: 'json', buffer: { maxLines: 1000, maxBytes: 2048 } }
  test.strictSame(settingsIn(yaml), { '': settings, web: settings })
})

void t.test('a later file goes over an earlier one, key by key', async (test) => {
  const base = `
logs: {timestamps: true, file: /a, rotate: {max_size: 1m}, buffer: 1m}
services: {web: {command: a, logs: inherit}, db: {command: a, logs: {prefix: false, max_line: 1k}}}
`
  const later = `
logs: {format: json, rotate: {max_files: 1}, buffer: {lines: 5}}
services: {web: {logs: {stdout: false}}, db: {logs: {max_line: !reset null, format: text}}}
`
  const top: Partial<LogSettings> = {
    timestamps: true,
    file: kept('/a', { maxBytes: MIB, maxFiles: 1, compress: true }),
    buffer: { maxLines: 5, maxBytes: 256 * 1024 },
  }
  test.strictSame(settingsIn(base, later), {
    '': { format: 'json', ...top },
    web: { format: 'json', timestamps: true, stdout: false, file: top.file, buffer: top.buffer },
    db: { timestamps: true, prefix: false, file: top.file, buffer: top.buffer },
  })
})

const SIZE = (range: string, found: string): string => `expected a size ${range}, found ${found}`

/** Keys of `logs` at the top, and what is told of them, as `code path: message`. */
const WRONG: readonly (readonly [logs: string, told: readonly string[]])[] = [
  ['', ['wrong-type logs: expected a mapping, found nothing']],
  ['json', ['wrong-type logs: expected a mapping, found "json"']],
  ['[]', ['wrong-type logs: expected a mapping, found a list']],
  ['inherit', ['bad-value logs: "inherit" is only for a service; write it in each that is meant']],
  ['{fromat: json}', ['unknown-key logs.fromat: unknown key "fromat"; did you mean "format"?']],
  [
    '{level: info}',
    [
      'unknown-key logs.level: unknown key "level"; allowed: format, timestamps, prefix, strip_ansi, max_line, stdout, file, rotate, buffer, overflow',
    ],
  ],
  [
    '{driver: json-file, options: {max-size: 1m}, max_size: 1m, lines: 5}',
    [
      'unknown-key logs.driver: unknown key "driver"; what becomes of the output of the container is for its engine; see "docker run --log-driver"',
      'unknown-key logs.options: unknown key "options"; what becomes of the output of the container is for its engine; see "docker run --log-opt"',
      'unknown-key logs.max_size: unknown key "max_size"; it stands in "rotate"',
      'unknown-key logs.lines: unknown key "lines"; it stands in "buffer"',
    ],
  ],
  [
    '{format: JSON, overflow: [drop]}',
    [
      'bad-value logs.format: expected "text", "json" or "raw", found "JSON"; did you mean "json"?',
      'wrong-type logs.overflow: expected "block" or "drop", found a list',
    ],
  ],
  [
    '{timestamps: maybe, prefix: {}, strip_ansi: 2, stdout: }',
    [
      'bad-value logs.timestamps: expected true or false, found "maybe"',
      'wrong-type logs.prefix: expected true or false, found a mapping',
      'bad-value logs.strip_ansi: expected true or false, found 2',
      'wrong-type logs.stdout: expected true or false, found nothing',
    ],
  ],
  ...['0', '255', '64', '-1', '1.5', '2m', 'x', '99999999999999999999'].map(
    (found) => [`{max_line: ${found}}`, [maxLine(found)]] as const,
  ),
  ['{buffer: 0}', [`bad-value logs.buffer: ${SIZE('from "1k" to "16m"', '0')}`]],
  ['{buffer: 17m}', [`bad-value logs.buffer: ${SIZE('from "1k" to "16m"', '"17m"')}`]],
  ['{buffer: true}', ['wrong-type logs.buffer: expected a size such as "256k", found true']],
  ['{buffer: }', ['wrong-type logs.buffer: expected a size such as "256k" or a mapping, found nothing']],
  [
    '{buffer: {lines: 0, size: 1, line: 1}}',
    [
      'bad-value logs.buffer.lines: expected a whole number from 1 to 65536, found 0',
      `bad-value logs.buffer.size: ${SIZE('from "1k" to "16m"', '1')}; a bare number is bytes, write "1k"`,
      'unknown-key logs.buffer.line: unknown key "line"; did you mean "lines"?',
    ],
  ],
  ['{buffer: {lines: 65537}}', ['bad-value logs.buffer.lines: expected a whole number from 1 to 65536, found 65537']],
  [
    '{file: /a, rotate: {max_size: 10, max_files: -1, compress: gzip}}',
    [
      `bad-value logs.rotate.max_size: ${SIZE('of at least "1k"', '10')}; a bare number is bytes, write "10m"`,
      'bad-value logs.rotate.max_files: expected a whole number from 0 to 1000, found -1',
      'bad-value logs.rotate.compress: expected true or false, found "gzip"',
    ],
  ],
  ['{file: /a, rotate: 10m}', ['wrong-type logs.rotate: expected a mapping, found "10m"']],
  [
    '{file: /a, rotate: {compress: true, max_files: 0}}',
    ['conflicting-keys logs.rotate.compress: "compress" does nothing with "max_files: 0"; leave it out'],
  ],
  ['{rotate: {}}', ['conflicting-keys logs.rotate: "rotate" goes only with "file"; add one, here or in a service']],
  ['{file: [/a]}', ['wrong-type logs.file: expected a path, found a list']],
  ...['logs/', '/', '.', '..', '/var/..'].map(
    (path) =>
      [
        `{file: "${path}"}`,
        [`bad-value logs.file: "${path}" names a folder; write the name of a file behind it`],
      ] as const,
  ),
  ...['/dev/stdout', '/dev/stderr', '/dev/fd/1'].map(
    (path) =>
      [`{file: ${path}}`, [`bad-value logs.file: "${path}" is no file; "stdout" says whether it goes there`]] as const,
  ),
  [
    '{file: "/{services}-{x}.log"}',
    ['bad-value logs.file: nothing is put in place of "{services}"; did you mean "{service}"?'],
  ],
  ['{file: "/{date}.log"}', ['bad-value logs.file: nothing is put in place of "{date}"; there is "{service}"']],
  ['{format: json, timestamps: true, prefix: true}', ['timestamps', 'prefix'].map((key) => dead(key, 'json'))],
  ['{format: raw, prefix: false, strip_ansi: true}', ['prefix', 'strip_ansi'].map((key) => dead(key, 'raw'))],
  [
    '{format: jsn, timestamps: true}',
    ['bad-value logs.format: expected "text", "json" or "raw", found "jsn"; did you mean "json"?'],
  ],
  [
    '{stdout: false}',
    [
      'warning conflicting-keys logs.stdout: without a "file" the supervisor\'s own messages are nowhere once it has ended, and nothing tells why; add a "file", or set it in the services that are meant',
    ],
  ],
]

function maxLine(found: string): string {
  const range = `bad-value logs.max_line: ${SIZE('from "256b" to "1m"', found === '2m' ? '"2m"' : found)}`
  if (found === '255' || found === '64') return `${range}; a bare number is bytes, write "${found}k"`
  if (found === '0' || found === '2m') return range
  const kind = found === '1.5' ? 'wrong-type' : 'bad-value'
  return `${kind} logs.max_line: expected a size such as "64k", found ${found === 'x' ? '"x"' : found}`
}

function dead(key: string, format: string): string {
  return `conflicting-keys logs.${key}: "${key}" does nothing with "format: ${format}"; leave it out, or take "format: text"`
}

for (const [logs, expected] of WRONG) {
  void t.test(`tells what is wrong with logs: ${logs}`, async (test) => {
    test.strictSame(told(`logs: ${logs}\nservices: {web: {command: a}}`), expected)
  })
}

/** Services, and what is told of their logs. */
const WRONG_SERVICES: readonly (readonly [services: string, told: readonly string[]])[] = [
  ['{a: {command: a, logs: }}', ['wrong-type a.logs: expected "inherit" or a mapping, found nothing']],
  [
    '{a: {command: a, logs: inherrit}}',
    ['bad-value a.logs: expected "inherit" or a mapping, found "inherrit"; did you mean "inherit"?'],
  ],
  [
    '{a: {command: a, logs: inherit, ready: {log: up}}}',
    [
      'conflicting-keys a.ready: with "logs: inherit" nobody here sees its lines; take another form of "ready", or leave that out',
    ],
  ],
  [
    '{a: {command: a, logs: {rotate: {max_files: 1}}}}',
    ['conflicting-keys a.logs.rotate: "rotate" goes only with "file", which is neither here nor at the top; add one'],
  ],
  [
    '{a: {command: a, logs: {format: raw, prefix: true}}}',
    ['conflicting-keys a.logs.prefix: "prefix" does nothing with "format: raw"; leave it out, or take "format: text"'],
  ],
  [
    '{a: {command: a, logs: {file: /x}}, b: {command: a, logs: {file: /y/../x, rotate: {}}}, c: {command: a, logs: {file: /x}}}',
    ['conflicting-keys b.logs: "/x" is rotated in another way for "a"; say the same in both, or take another file'],
  ],
  [
    '{a: {command: a, logs: {file: /x, rotate: {max_size: 1m}}}, b: {command: a, logs: {file: /x, rotate: {max_size: 2m}}}}',
    ['conflicting-keys b.logs: "/x" is rotated in another way for "a"; say the same in both, or take another file'],
  ],
  [
    '{a: {command: a, logs: {file: /x.1.gz}}, b: {command: a, logs: {file: /x, rotate: {}}}, c: {command: a, logs: {file: /y.1}}}',
    ['conflicting-keys a.logs: "/x.1.gz" is what an old "/x" is called when that is rotated; take another name'],
  ],
]

for (const [services, expected] of WRONG_SERVICES) {
  void t.test(`tells what is wrong with services: ${services}`, async (test) => {
    const problems = told(`services: ${services}`)
    test.strictSame(
      problems.map((problem) => problem.replace(' services.', ' ')),
      expected,
    )
  })
}

void t.test('a file of the top and one of a service are held against each other', async (test) => {
  const yaml = 'logs: {file: "/{service}"}\nservices: {a: {command: a, logs: {file: /b, rotate: {}}}, b: {command: a}}'
  test.strictSame(told(yaml), [
    'conflicting-keys services.b: "/b" is rotated in another way for "a"; say the same in both, or take another file',
  ])
  test.strictSame(told('logs: {file: /x}\nservices: {a: {command: a, logs: {rotate: {}}}}'), [
    'conflicting-keys services.a.logs: "/x" is rotated in another way for "supervisor"; say the same in both, or take another file',
  ])
})

const FINE: readonly string[] = [
  'logs: {stdout: false, file: /a}\nservices: {web: {command: a}}',
  'services: {web: {command: a, logs: {stdout: false}}}',
  'services: {web: {command: a, logs: {file: "${FILE:-}", rotate: {}}}}',
  'services: {web: {scale: 2, command: a, logs: {file: /x, rotate: {}}}}',
  'services: {a: {command: a, logs: {file: /x}}, b: {command: a, enabled: false, logs: {file: /x, rotate: {}}}}',
  'services: {a: {command: a, logs: {file: /x}}, b: {command: a, logs: {file: /x.1}}}',
  'services: {a: {command: a, logs: {file: /x, rotate: {max_files: 0}}}, b: {command: a, logs: {file: /x.1}}}',
  'logs: {format: json}\nservices: {web: {command: a, logs: {prefix: false}}}',
  'logs: {format: json, strip_ansi: true}\nservices: {web: {command: a, logs: {format: text, timestamps: true}}}',
]

for (const yaml of FINE) {
  void t.test(`takes ${JSON.stringify(yaml)}`, async (test) => test.strictSame(told(yaml), []))
}

function told(yaml: string): readonly string[] {
  return read(yaml).problems.map(
    ({ code, severity, path, message }) => `${severity === 'warning' ? 'warning ' : ''}${code} ${path}: ${message}`,
  )
}
