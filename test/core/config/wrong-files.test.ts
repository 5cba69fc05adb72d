import t from 'tap'
import { readConfig } from '../../../src/core/config/read-config.ts'
import type { World } from '../../../src/core/config/world.ts'
import { treeOf } from './tree-of.ts'
import { ALL_POWERS, worldOf } from './world-of.ts'

/** A wrong file: its text, and every problem as `code line:column path: message`. */
interface WrongFile {
  readonly name: string
  readonly yaml: string
  readonly problems: readonly string[]
  readonly world?: Partial<World>
}

const SERVICE_KEYS =
  'type, command, script, creates, enabled, depends_on, profiles, scale, schedule, ready, start_timeout, ' +
  'restart, success_exit_codes, on_failure, on_success, healthcheck, watchdog, stop_signal, stop_grace_period, kill_mode, ' +
  'post_start, pre_stop, stop_command, reload_signal, environment, env_file, clear_env, expand_file_env, working_dir, ' +
  'user, group_add, logs, description, labels, umask, cap_add, cap_drop, no_new_privileges, nice, oom_score_adj, ulimits, ' +
  'mem_limit, cpus, pids_limit, max_memory'

const FILES: readonly WrongFile[] = [
  {
    name: 'nothing at all',
    yaml: '',
    problems: ['wrong-type 1:1 : expected a mapping, found nothing'],
  },
  {
    name: 'a list',
    yaml: `- a
`,
    problems: ['wrong-type 1:1 : expected a mapping, found a list'],
  },
  {
    name: 'a text',
    yaml: `just text
`,
    problems: ['wrong-type 1:1 : expected a mapping, found "just text"'],
  },
  {
    name: 'no services',
    yaml: `name: x
`,
    problems: ['missing-key 1:1 : "services" is missing'],
  },
  {
    name: 'empty services',
    yaml: `services: {}
`,
    problems: ['bad-value 1:1 services: the mapping is empty; it needs at least one entry'],
  },
  {
    name: 'services without a value',
    yaml: `services:
`,
    problems: ['wrong-type 1:10 services: expected a mapping, found nothing'],
  },
  {
    name: 'services as a list',
    yaml: `services: [web]
`,
    problems: ['wrong-type 1:11 services: expected a mapping, found a list'],
  },
  {
    name: 'a service as a text',
    yaml: `services:
  web: node server.js
`,
    problems: ['wrong-type 2:8 services.web: expected a mapping, found "node server.js"'],
  },
  {
    name: 'a service without a command',
    yaml: `services:
  web:
    user: app
`,
    problems: ['missing-key 2:3 services.web: "command" or "script" is missing'],
  },
  {
    name: 'a misspelt key',
    yaml: `services:
  web:
    comand: node
    script: node
`,
    problems: ['unknown-key 3:5 services.web.comand: unknown key "comand"; did you mean "command"?'],
  },
  {
    name: 'a key like no other',
    yaml: `services:
  web:
    command: node
    foo: 1
`,
    problems: [`unknown-key 4:5 services.web.foo: unknown key "foo"; allowed: ${SERVICE_KEYS}`],
  },
  {
    name: 'a misspelt top-level key',
    yaml: `service:
  web: {command: a}
`,
    problems: [
      'unknown-key 1:1 service: unknown key "service"; did you mean "services"?',
      'missing-key 1:1 : "services" is missing',
    ],
  },
  {
    name: 'keys of Compose',
    yaml: `version: "3"
volumes: {}
services:
  web:
    image: nginx
    build: .
    ports: ["80:80"]
    volumes: [a:/a]
    networks: [a]
    container_name: web
    entrypoint: a
    deploy: {replicas: 3}
    pre_start: []
    command: nginx
`,
    problems: [
      'unknown-key 1:1 version: unknown key "version"; the file has no version; leave it out',
      'unknown-key 2:1 volumes: unknown key "volumes"; services share the files of the container; mount volumes with "docker run -v"',
      'unknown-key 5:5 services.web.image: unknown key "image"; services share the files of the container; install the program in its image',
      'unknown-key 6:5 services.web.build: unknown key "build"; services share the files of the container; install the program in its image',
      'unknown-key 7:5 services.web.ports: unknown key "ports"; services share the network of the container and reach each other on 127.0.0.1; publish ports with "docker run -p"',
      'unknown-key 8:5 services.web.volumes: unknown key "volumes"; services share the files of the container; mount volumes with "docker run -v"',
      'unknown-key 9:5 services.web.networks: unknown key "networks"; services share the network of the container and reach each other on 127.0.0.1',
      'unknown-key 10:5 services.web.container_name: unknown key "container_name"; a service is called by its key under "services"',
      'unknown-key 11:5 services.web.entrypoint: unknown key "entrypoint"; put the whole command line into "command"',
      'unknown-key 12:5 services.web.deploy: unknown key "deploy"; number, restarts and limits stand in the service: "scale", "restart", "cpus", "mem_limit", "pids_limit"',
      'unknown-key 13:5 services.web.pre_start: unknown key "pre_start"; declare a service of "type: oneshot" for it, and name it in "depends_on"',
    ],
  },
  {
    name: 'command and script',
    yaml: `services:
  web:
    command: node
    script: node
`,
    problems: ['conflicting-keys 4:5 services.web.script: "script" and "command" exclude each other; keep one of them'],
  },
  {
    name: 'a service called __proto__',
    yaml: `services:
  __proto__: {command: a}
`,
    problems: [
      'bad-value 2:3 services.__proto__: "__proto__" is not a name of letters, digits, "_", "." and "-" that begins with a letter or digit',
    ],
  },
  {
    name: 'a service called constructor that is misspelt elsewhere',
    yaml: `services:
  constructor: {command: a}
  b: {command: a, depends_on: [toString, constructer]}
`,
    problems: [
      'unknown-service 3:32 services.b.depends_on: no service "toString"',
      'unknown-service 3:42 services.b.depends_on: no service "constructer"; did you mean "constructor"?',
    ],
  },
  {
    name: 'a service called as the supervisor itself is in the logs',
    yaml: `services:
  supervisor: {command: a}
`,
    problems: [
      'bad-value 2:3 services.supervisor: "supervisor" is what the supervisor itself is called in the logs; rename it',
    ],
  },
  {
    name: 'a service with a space in its name',
    yaml: `services:
  "a b": {command: a}
`,
    problems: [
      'bad-value 2:3 services.a b: "a b" is not a name of letters, digits, "_", "." and "-" that begins with a letter or digit',
    ],
  },
  {
    name: 'a pipe in a command',
    yaml: `services:
  web:
    command: a | b
`,
    problems: [
      'bad-value 3:14 services.web.command: cannot split the command: "|" is shell syntax, and no shell runs a command; use "script:" for shell text, or quote it',
    ],
  },
  {
    name: 'an open quote in a command',
    yaml: `services:
  web:
    command: a "b
`,
    problems: ['bad-value 3:14 services.web.command: cannot split the command: the quote " is not closed'],
  },
  {
    name: 'a variable in front of a command',
    yaml: `services:
  web:
    command: A=1 b
`,
    problems: [
      'bad-value 3:14 services.web.command: cannot split the command: "A=" in front of a command is shell syntax, and no shell runs it; use "environment:"',
    ],
  },
  {
    name: 'an empty command',
    yaml: `services:
  web:
    command: []
  b:
    command: ""
  c:
    command: [""]
`,
    problems: [
      'bad-value 3:5 services.web.command: the list is empty; it needs at least one item',
      'bad-value 5:14 services.b.command: expected a command line, found ""',
      'bad-value 7:14 services.c.command: the name of the program is empty',
    ],
  },
  {
    name: 'a command of the wrong kind',
    yaml: `services:
  web:
    command: {a: b}
  b:
    command: [a, [b], null]
`,
    problems: [
      'wrong-type 3:14 services.web.command: expected a command line or a list, found a mapping',
      'wrong-type 5:18 services.b.command[1]: expected a word, found a list',
      'wrong-type 5:23 services.b.command[2]: expected a word, found nothing',
    ],
  },
  {
    name: 'a NUL character',
    yaml: `services:
  web:
    command: "a\\0b"
    environment: {A: "\\0"}
`,
    problems: [
      'bad-value 3:14 services.web.command: it contains a NUL character, which no program takes',
      'bad-value 4:22 services.web.environment.A: it contains a NUL character, which no program takes',
    ],
  },
  {
    name: 'a misspelt type, and nothing that would follow from it',
    yaml: `services:
  web:
    command: node
    type: oneshott
    creates: /x
    restart: always
`,
    problems: [
      'bad-value 4:11 services.web.type: expected "longrun" or "oneshot", found "oneshott"; did you mean "oneshot"?',
    ],
  },
  {
    name: 'creates in a longrun',
    yaml: `services:
  web:
    command: node
    creates: /x
`,
    problems: ['conflicting-keys 4:5 services.web.creates: "creates" is only for "type: oneshot"'],
  },
  {
    name: 'keys of a longrun in a oneshot',
    yaml: `services:
  web:
    command: node
    type: oneshot
    ready: {notify: systemd}
    start_timeout: 5s
`,
    problems: [
      'conflicting-keys 5:5 services.web.ready: "ready" is only for "type: longrun"',
      'conflicting-keys 6:5 services.web.start_timeout: "start_timeout" is only for "type: longrun"',
    ],
  },
  {
    name: 'an essential service that never ends for good',
    yaml: `services:
  web: {command: node, on_success: shutdown}
`,
    problems: [
      'conflicting-keys 2:36 services.web.on_success: it never ends for good with restart "always"; add "restart: on-failure" or "restart: no"',
    ],
  },
  {
    name: 'a failure for good of what is restarted for ever',
    yaml: `services:
  web: {command: node, on_failure: shutdown}
  few: {command: node, on_failure: shutdown, restart: {max_attempts: 2, window: 1m}}
  some: {command: node, on_failure: ignore, restart: {window: 1m}}
`,
    problems: [
      'conflicting-keys 2:36 services.web.on_failure: it never fails for good with restart "always"; add "restart: no" or "restart: {max_attempts: 5}"',
      'conflicting-keys 4:55 services.some.restart.window: "window" goes only with "max_attempts"',
    ],
  },
  {
    name: 'a oneshot that would run for ever',
    yaml: `services:
  a:
    command: node
    type: oneshot
    restart: always
  b: {command: a, type: oneshot, restart: {policy: unless-stopped}}
`,
    problems: [
      'conflicting-keys 5:14 services.a.restart: a oneshot with restart "always" would run for ever; use "no" or "on-failure"',
      'conflicting-keys 6:43 services.b.restart: a oneshot with restart "unless-stopped" would run for ever; use "no" or "on-failure"',
    ],
  },
  {
    name: 'durations without a unit',
    yaml: `services:
  web:
    command: node
    stop_grace_period: 10
    start_timeout: "1.5"
`,
    problems: [
      'bad-value 4:24 services.web.stop_grace_period: expected a duration such as "1m30s" or "250ms", found 10; a bare number is no duration, write "10s"',
      'bad-value 5:20 services.web.start_timeout: expected a duration such as "1m30s" or "250ms", found "1.5"; a bare number is no duration, write "1.5s"',
    ],
  },
  {
    name: 'durations that are none',
    yaml: `services:
  web:
    command: node
    stop_grace_period: ten seconds
    start_timeout: 0s
`,
    problems: [
      'bad-value 4:24 services.web.stop_grace_period: expected a duration such as "1m30s" or "250ms", found "ten seconds"',
      'bad-value 5:20 services.web.start_timeout: expected a duration longer than nothing, found "0s"',
    ],
  },
  {
    name: 'a duration that is too long',
    yaml: `services:
  web:
    command: node
    start_timeout: 700h
`,
    problems: ['bad-value 4:20 services.web.start_timeout: "700h" is too long; at most "596h" is possible'],
  },
  {
    name: 'a misspelt signal',
    yaml: `services:
  web:
    command: node
    stop_signal: SIGTREM
`,
    problems: [
      'bad-value 4:18 services.web.stop_signal: expected a signal such as "SIGTERM", found "SIGTREM"; did you mean "SIGTERM"?',
    ],
  },
  {
    name: 'a signal that Linux does not have',
    yaml: `services:
  web:
    command: node
    stop_signal: 99
`,
    problems: ['bad-value 4:18 services.web.stop_signal: expected a signal such as "SIGTERM", found 99'],
  },
  {
    name: 'a misspelt kill mode',
    yaml: `services:
  web:
    command: node
    kill_mode: groups
`,
    problems: [
      'bad-value 4:16 services.web.kill_mode: expected "process" or "group", found "groups"; did you mean "group"?',
    ],
  },
  {
    name: 'booleans that are none',
    yaml: `services:
  web:
    command: node
    enabled: maybe
    clear_env: [true]
`,
    problems: [
      'bad-value 4:14 services.web.enabled: expected true or false, found "maybe"',
      'wrong-type 5:16 services.web.clear_env: expected true or false, found a list',
    ],
  },
  {
    name: 'exit codes out of range',
    yaml: `services:
  web:
    command: node
    success_exit_codes: [0, 256, x]
`,
    problems: [
      'bad-value 4:29 services.web.success_exit_codes[1]: expected an exit code from 0 to 255, found 256',
      'bad-value 4:34 services.web.success_exit_codes[2]: expected an exit code from 0 to 255, found "x"',
    ],
  },
  {
    name: 'readiness without a form',
    yaml: `services:
  web:
    command: node
    ready: {}
`,
    problems: [
      'missing-key 4:5 services.web.ready: "notify", "log", "tcp", "unix", "http", "postgres", "redis", "exec", "file" or "delay" is missing',
    ],
  },
  {
    name: 'readiness in two forms',
    yaml: `services:
  web:
    command: node
    ready: {tcp: 1, http: "http://x/"}
`,
    problems: ['conflicting-keys 4:21 services.web.ready.http: "http" and "tcp" exclude each other; keep one of them'],
  },
  {
    name: 'readiness as a text',
    yaml: `services:
  web:
    command: node
    ready: systemd
`,
    problems: ['wrong-type 4:12 services.web.ready: expected a mapping, found "systemd"'],
  },
  {
    name: 'an interval without polling',
    yaml: `services:
  web:
    command: node
    ready: {notify: systemd, interval: 1s}
`,
    problems: [
      'conflicting-keys 4:30 services.web.ready.interval: "interval" goes only with "tcp", "unix", "http", "postgres", "redis", "exec" or "file"',
    ],
  },
  {
    name: 'a notification on stdout',
    yaml: `services:
  web:
    command: node
    ready: {notify: "fd:1"}
`,
    problems: [
      'bad-value 4:21 services.web.ready.notify: expected "systemd", "fd:auto" or "fd:N" with N from 3 on, found "fd:1"',
    ],
  },
  {
    name: 'a port out of range',
    yaml: `services:
  web:
    command: node
    ready: {tcp: 70000}
`,
    problems: ['bad-value 4:18 services.web.ready.tcp: expected a port from 1 to 65535 or "HOST:PORT", found 70000'],
  },
  {
    name: 'an address without a port',
    yaml: `services:
  web:
    command: node
    ready: {tcp: localhost}
`,
    problems: [
      'bad-value 4:18 services.web.ready.tcp: expected a port from 1 to 65535 or "HOST:PORT", found "localhost"',
    ],
  },
  {
    name: 'a URL of another scheme',
    yaml: `services:
  web:
    command: node
    ready: {http: "ftp://x/"}
`,
    problems: [
      'bad-value 4:19 services.web.ready.http: expected a URL such as "http://127.0.0.1:8000/health", found "ftp://x/"',
    ],
  },
  {
    name: 'a URL with an impossible port, a range the wrong way round',
    yaml: `services:
  web:
    command: node
    ready: {http: {url: "http://127.0.0.1:99999/", status: [299-200, 99]}}
`,
    problems: [
      'bad-value 4:25 services.web.ready.http.url: expected a URL such as "http://127.0.0.1:8000/health", found "http://127.0.0.1:99999/": its host or port is not possible',
      'bad-value 4:61 services.web.ready.http.status[0]: the range "299-200" is the wrong way round',
      'bad-value 4:70 services.web.ready.http.status[1]: expected a status such as 200 or a range such as "200-299", found 99',
    ],
  },
  {
    name: 'a request without a URL',
    yaml: `services:
  web:
    command: node
    ready: {http: {status: 200}}
`,
    problems: ['missing-key 4:13 services.web.ready.http: "url" is missing'],
  },
  {
    name: 'a regular expression that is none',
    yaml: `services:
  web:
    command: node
    ready: {log: "("}
`,
    problems: ['bad-value 4:18 services.web.ready.log: cannot read the regular expression: Unterminated group'],
  },
  {
    name: 'a regular expression that looks behind',
    yaml: `services:
  web:
    command: node
    ready: {log: "(?<=x?)(a+)+$"}
`,
    problems: [
      'bad-value 4:18 services.web.ready.log: cannot look ahead or behind with "(?<=": one line could stop the supervisor for ever; match that text too, as in ".*"',
    ],
  },
  {
    name: 'a socket beside a port',
    yaml: `services:
  web:
    command: node
    ready: {postgres: {unix: /x, port: 1, usr: x}}
`,
    problems: [
      'conflicting-keys 4:34 services.web.ready.postgres.port: "port" and "unix" exclude each other; keep one of them',
      'unknown-key 4:43 services.web.ready.postgres.usr: unknown key "usr"; did you mean "user"?',
    ],
  },
  {
    name: 'a misspelt restart policy',
    yaml: `services:
  web:
    command: node
    restart: on-falure
`,
    problems: [
      'bad-value 4:14 services.web.restart: expected "always", "no", "on-failure", "unless-stopped" or "on-failure:MAX", found "on-falure"; did you mean "on-failure"?',
    ],
  },
  {
    name: 'a restart limit of 0',
    yaml: `services:
  web:
    command: node
    restart: on-failure:0
`,
    problems: [
      'bad-value 4:14 services.web.restart: expected "always", "no", "on-failure", "unless-stopped" or "on-failure:MAX", found "on-failure:0"; did you mean "on-failure"?',
    ],
  },
  {
    name: 'a restart map with all kinds of mistakes',
    yaml: `services:
  web:
    command: node
    restart:
      policy: alway
      delay: 1m
      max_delay: 1s
      factor: 0
      jitter: 0.1
      max_attempts: -1
      window: 0s
      reset_after: x
`,
    problems: [
      'bad-value 5:15 services.web.restart.policy: expected "always", "no", "on-failure" or "unless-stopped", found "alway"; did you mean "always"?',
      'bad-value 7:18 services.web.restart.max_delay: "max_delay" is shorter than "delay"',
      'bad-value 8:15 services.web.restart.factor: expected a number, 1 or more, found 0',
      'wrong-type 9:15 services.web.restart.jitter: expected a share from "0%" to "100%", found 0.1',
      'bad-value 10:21 services.web.restart.max_attempts: expected a whole number, 0 for no limit, found -1',
      'bad-value 11:15 services.web.restart.window: expected a duration longer than nothing, found "0s"',
      'bad-value 12:20 services.web.restart.reset_after: expected a duration such as "1m30s" or "250ms", found "x"',
    ],
  },
  {
    name: 'dependencies on nothing, itself and one twice',
    yaml: `services:
  app:
    command: a
    depends_on: [dbb, app, db, db]
  db: {command: a}
`,
    problems: [
      'unknown-service 4:18 services.app.depends_on: no service "dbb"; did you mean "db"?',
      'dependency-cycle 4:23 services.app.depends_on: "app" depends on itself',
      'duplicate-key 4:32 services.app.depends_on: "db" is listed twice',
    ],
  },
  {
    name: 'a condition that is misspelt',
    yaml: `services:
  app:
    command: a
    depends_on:
      db: {condition: service_redy, restart: maybe}
      cache: {required: x}
  db: {command: a}
`,
    problems: [
      'bad-value 5:23 services.app.depends_on.db.condition: expected "service_started", "service_ready", "service_healthy", "service_completed_successfully" or "service_completed", found "service_redy"; did you mean "service_ready"?',
      'bad-value 5:46 services.app.depends_on.db.restart: expected true or false, found "maybe"',
      'unknown-service 6:7 services.app.depends_on.cache: no service "cache"',
      'bad-value 6:25 services.app.depends_on.cache.required: expected true or false, found "x"',
    ],
  },
  {
    name: 'an optional dependency that may be misspelt',
    yaml: `services:
  app:
    command: a
    depends_on:
      dbb: {required: false}
      elsewhere: {required: false}
  db: {command: a}
`,
    problems: ['warning unknown-service 5:7 services.app.depends_on.dbb: no service "dbb"; did you mean "db"?'],
  },
  {
    name: 'a dependency on what could not be read',
    yaml: `services:
  app: {command: a, depends_on: [db]}
  db: 5
`,
    problems: ['wrong-type 3:7 services.db: expected a mapping, found 5'],
  },
  {
    name: 'a cycle',
    yaml: `services:
  a: {command: a, depends_on: [b]}
  b: {command: a, depends_on: {c: }}
  c: {command: a, depends_on: [a]}
`,
    problems: [
      'dependency-cycle 2:32 services.a.depends_on: each waits for the next: a -> b -> c -> a; take one of these edges out',
    ],
  },
  {
    name: 'two cycles',
    yaml: `services:
  a: {command: a, depends_on: [b]}
  b: {command: a, depends_on: [a]}
  c: {command: a, depends_on: [d, a]}
  d: {command: a, depends_on: [c]}
`,
    problems: [
      'dependency-cycle 2:32 services.a.depends_on: each waits for the next: a -> b -> a; take one of these edges out',
      'dependency-cycle 4:32 services.c.depends_on: each waits for the next: c -> d -> c; take one of these edges out',
    ],
  },
  {
    name: 'a wait for the end of what is always restarted',
    yaml: `services:
  app:
    command: a
    depends_on:
      migrate: {condition: service_completed_successfully}
      other: {condition: service_completed}
      tried: {condition: service_completed}
      done: {condition: service_completed_successfully}
      broken: {condition: service_completed_successfully}
  done: {command: a, success_exit_codes: [0, 3], restart: {prevent_exit_codes: [3]}, on_success: shutdown}
  broken: {command: a, restart: {prevent_exit_codes: [3]}}
  migrate: {command: a}
  other: {command: a, restart: unless-stopped}
  tried: {command: a, restart: {max_attempts: 3}}
`,
    problems: [
      'bad-value 5:7 services.app.depends_on.migrate: "migrate" is always restarted and never completes; give it "type: oneshot", or another condition',
      'bad-value 6:7 services.app.depends_on.other: "other" is always restarted and never completes; give it "type: oneshot", or another condition',
      'bad-value 9:7 services.app.depends_on.broken: "broken" is always restarted and never completes; give it "type: oneshot", or another condition',
    ],
  },
  {
    name: 'two services on one port',
    yaml: `services:
  a: {command: a, ready: {tcp: 8000}}
  b: {command: a, ready: {http: "http://localhost:8000/x"}}
  c: {command: a, ready: {postgres: {}}}
  d: {command: a, ready: {tcp: "0.0.0.0:5432"}}
`,
    problems: [
      'same-port 3:19 services.b.ready: "a" and "b" are both ready when 127.0.0.1:8000 answers; only one of them can listen there',
      'same-port 5:19 services.d.ready: "c" and "d" are both ready when 127.0.0.1:5432 answers; only one of them can listen there',
    ],
  },
  {
    name: 'users and groups that are not there',
    yaml: `services:
  a: {command: a, user: nobdy}
  b: {command: a, user: "postgres:nogroup", group_add: [x, 5]}
`,
    problems: [
      'unknown-user 2:25 services.a.user: no user "nobdy" in /etc/passwd; create it in the image, or give a number',
      'unknown-user 3:25 services.b.user: no group "nogroup" in /etc/group; create it in the image, or give a number',
      'unknown-user 3:57 services.b.group_add[0]: no group "x" in /etc/group; create it in the image, or give a number',
    ],
  },
  {
    name: 'users that cannot be',
    yaml: `services:
  a: {command: a, user: "a:b:c"}
  b: {command: a, user: 4294967295}
`,
    problems: [
      'bad-value 2:25 services.a.user: expected a user such as "postgres", "1000" or "postgres:adm", found "a:b:c"',
      'bad-value 3:25 services.b.user: the id "4294967295" is over 4294967294',
    ],
  },
  {
    name: 'another user without setpriv',
    yaml: `services:
  a: {command: a, user: postgres}
  b: {command: a, group_add: [adm]}
  c: {command: a, user: root}
`,
    world: { hasTool: () => false },
    problems: [
      'missing-tool 2:25 services.a.user: switching to user "postgres" needs the util-linux program "setpriv", which is missing; install the package util-linux (on Alpine: setpriv)',
      'missing-tool 3:31 services.b.group_add[0]: adding groups needs the util-linux program "setpriv", which is missing; install the package util-linux (on Alpine: setpriv)',
    ],
  },
  {
    name: 'another user without being root',
    yaml: `services:
  a: {command: a, user: postgres}
  b: {command: a, group_add: [adm]}
  c: {command: a, user: app}
  d: {command: a, user: "app:adm"}
`,
    world: { currentUid: 1000, currentGid: 1000, powers: () => ({ ...ALL_POWERS, capabilities: new Set() }) },
    problems: [
      'bad-value 2:25 services.a.user: cannot run as "postgres": the supervisor runs as user 1000; start it as root, or leave out "user"',
      'bad-value 3:31 services.b.group_add[0]: cannot add groups: the supervisor runs as user 1000; start it as root, or leave out "group_add"',
      'missing-privilege 5:25 services.d.user: switching to group 4 needs the capability "SETGID", which the supervisor lacks; start it as root',
    ],
  },
  {
    name: 'required variables that are missing or empty',
    yaml: `required_env: [A, PATH, B, 5]
services:
  a: {command: a}
`,
    world: {
      environment: new Map([
        ['PATH', '/bin'],
        ['B', ''],
      ]),
    },
    problems: [
      'missing-environment 1:16 required_env[0]: the variable "A" is not set; give it, as in "docker run -e A=VALUE", or name a file that holds it in "A_FILE"',
      'missing-environment 1:25 required_env[2]: the variable "B" is empty; give it, as in "docker run -e B=VALUE", or name a file that holds it in "B_FILE"',
      'wrong-type 1:28 required_env[3]: expected a variable name, found 5',
    ],
  },
  {
    name: 'a required variable on a terminal',
    yaml: `required_env: [A]
services:
  a: {command: a}
`,
    world: { mode: 'up' },
    problems: [
      'missing-environment 1:16 required_env[0]: the variable "A" is not set; give it, as in "A=VALUE supervisor up", or name a file that holds it in "A_FILE"',
    ],
  },
  {
    name: 'an environment file that is not there',
    yaml: `env_file: x.env
services:
  a: {command: a, env_file: [{required: false}, {path: y.env, required: false}, ""]}
`,
    problems: [
      'bad-env-file 1:11 env_file: cannot read "x.env": ENOENT; with "required: false" it may be missing',
      'missing-key 3:30 services.a.env_file[0]: "path" is missing',
      'bad-value 3:81 services.a.env_file[2]: expected a path, found ""',
    ],
  },
  {
    name: 'an environment file with mistakes',
    yaml: `services:
  a: {command: a, env_file: x.env}
`,
    world: { readText: () => ({ kind: 'text', text: 'A=1\nB C\nD=${A:\nE=$A\nF=${NONE}' }) },
    problems: [
      'bad-env-file 2:29 services.a.env_file: "x.env", line 2: expected NAME=value, found several words',
      'bad-env-file 2:29 services.a.env_file: "x.env", line 3: no such form; there are "${NAME}", "${NAME:-default}", "${NAME:?message}", "${NAME:+other}", and the last three without ":"; write "$${" for a literal "${"',
      'warning unset-variable 2:29 services.a.env_file: "x.env", line 5: the variable "NONE" is not set, so this is empty; give a default with "${NONE:-default}"',
    ],
  },
  {
    name: 'dollar signs in secrets in an environment file',
    yaml: `secrets: [LISTED]
services:
  a: {command: a, env_file: x.env}
`,
    world: {
      readText: () => ({
        kind: 'text',
        text: 'DB_PASSWORD=pass$word1\nLISTED="aaaa${b"\nC_KEY=\'$ccc\'\nD_KEY=$$ddd\nE=$F',
      }),
    },
    problems: [
      'warning unset-variable 3:29 services.a.env_file: "x.env", line 1: a "$" in the value of "DB_PASSWORD" begins a variable that is not set; write "$$" for a literal dollar sign, or put the value in single quotes',
      'bad-env-file 3:29 services.a.env_file: "x.env", line 2: a "$" in the value of "LISTED" begins what cannot be filled in; write "$$" for a literal dollar sign, or put the value in single quotes',
      'warning unset-variable 3:29 services.a.env_file: "x.env", line 5: the variable "F" is not set, so this is empty; give a default with "${F:-default}"',
    ],
  },
  {
    name: 'variables that are none',
    yaml: `environment: [=x, 5]
services:
  a: {command: a, environment: {"A=B": 1, B: [1]}}
`,
    problems: [
      'bad-value 1:15 environment[0]: expected NAME=value or a bare NAME, found "=x"',
      'wrong-type 1:19 environment[1]: expected NAME=value or a bare NAME, found 5',
      'bad-value 3:33 services.a.environment.A=B: "A=B" is not a variable name',
      'wrong-type 3:46 services.a.environment.B: expected a string or nothing, found a list',
    ],
  },
  {
    name: 'values of the wrong kind',
    yaml: `shutdown: 10s
services:
  a:
    command: a
    labels: 5
    description: [x]
    working_dir: ""
    depends_on: db
    group_add: adm
`,
    problems: [
      'wrong-type 1:11 shutdown: expected a mapping, found "10s"',
      'wrong-type 5:13 services.a.labels: expected a list or a mapping, found 5',
      'wrong-type 6:18 services.a.description: expected a text, found a list',
      'bad-value 7:18 services.a.working_dir: expected a path, found ""',
      'wrong-type 8:17 services.a.depends_on: expected a list or a mapping, found "db"',
      'wrong-type 9:16 services.a.group_add: expected a list, found "adm"',
    ],
  },
  {
    name: 'a project name with a space',
    yaml: `name: my project
shutdown: {timeout: 0s, timout: 1s}
services:
  a: {command: a, x-foo: 1}
x-b: {}
`,
    problems: [
      'bad-value 1:7 name: expected a name of letters, digits, "_", "." and "-" that begins with a letter or digit, found "my project"',
      'bad-value 2:21 shutdown.timeout: expected a duration longer than nothing, found "0s"',
      'unknown-key 2:25 shutdown.timout: unknown key "timout"; did you mean "timeout"?',
    ],
  },
  {
    name: 'endings that are not there',
    yaml: `services:
  web:
    command: node
    on_failure: restart
    on_success:
`,
    problems: [
      'bad-value 4:17 services.web.on_failure: expected "shutdown" or "ignore", found "restart"',
      'wrong-type 5:16 services.web.on_success: expected "shutdown" or "ignore", found nothing',
    ],
  },
  {
    name: 'a healthcheck that asks nothing, or too much',
    yaml: `services:
  a: {command: a, healthcheck: {}}
  b: {command: a, healthcheck: {interval: 1s}}
  c: {command: a, healthcheck: {disable: false}}
  d: {command: a, healthcheck: {test: a, tcp: 1, exec: b}}
  e: {command: a, healthcheck: {disable: true, tcp: 1, http: "http://x/"}}
  f: {command: a, healthcheck: curl}
`,
    problems: [
      'missing-key 2:19 services.a.healthcheck: "test", "tcp", "unix", "http", "postgres", "redis", "exec" or "file" is missing',
      'missing-key 3:19 services.b.healthcheck: "test", "tcp", "unix", "http", "postgres", "redis", "exec" or "file" is missing',
      'missing-key 4:19 services.c.healthcheck: "test", "tcp", "unix", "http", "postgres", "redis", "exec" or "file" is missing',
      'conflicting-keys 5:42 services.d.healthcheck.tcp: "tcp" and "test" exclude each other; keep one of them',
      'conflicting-keys 5:50 services.d.healthcheck.exec: "exec" and "test" exclude each other; keep one of them',
      'conflicting-keys 6:56 services.e.healthcheck.http: "http" and "tcp" exclude each other; keep one of them',
      'wrong-type 7:32 services.f.healthcheck: expected a mapping, found "curl"',
    ],
  },
  {
    name: 'tests that are none',
    yaml: `services:
  a: {command: a, healthcheck: {test: [curl, -f]}}
  b: {command: a, healthcheck: {test: [CMD]}}
  c: {command: a, healthcheck: {test: [CMD, ""]}}
  d: {command: a, healthcheck: {test: [CMD-SHELL, a, b]}}
  e: {command: a, healthcheck: {test: [NONE, a]}}
  f: {command: a, healthcheck: {test: []}}
  g: {command: a, healthcheck: {test: " "}}
  h: {command: a, healthcheck: {test: {command: a}}}
`,
    problems: [
      'bad-value 2:39 services.a.healthcheck.test: a list has to begin with "CMD", "CMD-SHELL" or "NONE"; or use "exec"',
      'bad-value 3:39 services.b.healthcheck.test: after "CMD" the name of a program has to follow',
      'bad-value 4:39 services.c.healthcheck.test: after "CMD" the name of a program has to follow',
      'bad-value 5:39 services.d.healthcheck.test: after "CMD-SHELL" exactly one text for the shell has to follow',
      'bad-value 6:39 services.e.healthcheck.test: nothing may follow "NONE"',
      'bad-value 7:33 services.f.healthcheck.test: the list is empty; it needs at least one item',
      'bad-value 8:39 services.g.healthcheck.test: expected shell text, found " "',
      'wrong-type 9:39 services.h.healthcheck.test: expected shell text or a list, found a mapping',
    ],
  },
  {
    name: 'times and numbers of a healthcheck that cannot be',
    yaml: `services:
  a:
    command: a
    healthcheck:
      tcp: 70000
      interval: 0s
      timeout: 30
      retries: 0
      start_period: x
      start_interval: 0s
      on_unhealthy: restrat
      start_perod: 1s
    watchdog: 0s
`,
    problems: [
      'bad-value 5:12 services.a.healthcheck.tcp: expected a port from 1 to 65535 or "HOST:PORT", found 70000',
      'bad-value 6:17 services.a.healthcheck.interval: expected a duration longer than nothing, found "0s"',
      'bad-value 7:16 services.a.healthcheck.timeout: expected a duration such as "1m30s" or "250ms", found 30; a bare number is no duration, write "30s"',
      'bad-value 8:16 services.a.healthcheck.retries: expected a whole number, 1 or more, found 0',
      'bad-value 9:21 services.a.healthcheck.start_period: expected a duration such as "1m30s" or "250ms", found "x"',
      'bad-value 10:23 services.a.healthcheck.start_interval: expected a duration longer than nothing, found "0s"',
      'bad-value 11:21 services.a.healthcheck.on_unhealthy: expected "restart", "shutdown" or "ignore", found "restrat"; did you mean "restart"?',
      'unknown-key 12:7 services.a.healthcheck.start_perod: unknown key "start_perod"; did you mean "start_period"?',
      'bad-value 13:15 services.a.watchdog: expected a duration longer than nothing, found "0s"',
    ],
  },
  {
    name: 'what only a longrun has, in a oneshot, and the other way round',
    yaml: `services:
  a:
    command: a
    type: oneshot
    healthcheck: {tcp: 1}
    watchdog: 1s
    post_start: a
    reload_signal: HUP
  b: {command: a, schedule: every 1h}
`,
    problems: [
      'conflicting-keys 5:5 services.a.healthcheck: "healthcheck" is only for "type: longrun"',
      'conflicting-keys 6:5 services.a.watchdog: "watchdog" is only for "type: longrun"',
      'conflicting-keys 7:5 services.a.post_start: "post_start" is only for "type: longrun"',
      'conflicting-keys 8:5 services.a.reload_signal: "reload_signal" is only for "type: longrun"',
      'conflicting-keys 9:19 services.b.schedule: "schedule" is only for "type: oneshot"',
    ],
  },
  {
    name: 'a job that would never run again, or never end',
    yaml: `services:
  a: {command: a, type: oneshot, schedule: every 1h, creates: /x}
  b: {command: a, type: oneshot, schedule: every 1h, restart: always}
  c: {command: a, type: oneshot, schedule: every 1h, on_success: shutdown}
`,
    problems: [
      'conflicting-keys 2:54 services.a.creates: "creates" and "schedule" exclude each other; keep one of them',
      'conflicting-keys 3:63 services.b.restart: a oneshot with restart "always" would run for ever; use "no" or "on-failure"',
      'conflicting-keys 4:66 services.c.on_success: it never ends for good with a "schedule"; leave out one of them',
    ],
  },
  {
    name: 'schedules that are none',
    yaml: `services:
  a: {command: a, type: oneshot, schedule: every 10}
  b: {command: a, type: oneshot, schedule: every 1ms}
  c: {command: a, type: oneshot, schedule: {every: 1s, cron: "* * * * *"}}
  d: {command: a, type: oneshot, schedule: {every: 1s, time_zone: UTC}}
  e: {command: a, type: oneshot, schedule: {}}
  f: {command: a, type: oneshot, schedule: [1]}
  g: {command: a, type: oneshot, schedule: "0 0 30 2 *"}
  h: {command: a, type: oneshot, enabled: false, schedule: "0 0 30 2 *"}
  i: {command: a, type: oneshot, schedule: every}
`,
    world: {
      scheduleRefusal: (schedule) =>
        schedule.kind === 'cron' && schedule.expression !== '* * * * *' ? 'it never comes' : null,
    },
    problems: [
      'bad-value 2:44 services.a.schedule: expected a duration such as "1m30s" or "250ms", found "10"; a bare number is no duration, write "10s"',
      'bad-value 3:44 services.b.schedule: it may run once a second at most; write "1s" or more',
      'conflicting-keys 4:45 services.c.schedule.every: "every" and "cron" exclude each other; keep one of them',
      'conflicting-keys 5:56 services.d.schedule.time_zone: "time_zone" goes only with "cron"',
      'missing-key 6:34 services.e.schedule: "cron" or "every" is missing',
      'wrong-type 7:44 services.f.schedule: expected "every 10m", a cron expression such as "0 3 * * *" or a mapping, found a list',
      'bad-value 8:44 services.g.schedule: cannot schedule "0 0 30 2 *": it never comes',
      'bad-value 10:44 services.i.schedule: expected a duration such as "1m30s" or "250ms", found ""',
    ],
  },
  {
    name: 'hooks that are none',
    yaml: `services:
  web:
    command: a
    stop_command: [{command: a}]
    pre_stop: {command: a, script: b, timeout: 0s, user: root}
    post_start: [{command: a}, b, {timeout: 1s}]
    reload_signal: HUPP
  b: {command: a, stop_command: [], pre_stop: "", post_start: a | b}
`,
    problems: [
      'wrong-type 4:20 services.web.stop_command[0]: expected a word, found a mapping',
      'conflicting-keys 5:28 services.web.pre_stop.script: "script" and "command" exclude each other; keep one of them',
      'bad-value 5:48 services.web.pre_stop.timeout: expected a duration longer than nothing, found "0s"',
      `unknown-key 5:52 services.web.pre_stop.user: unknown key "user"; a hook has the service's user, folder and environment`,
      'wrong-type 6:32 services.web.post_start[1]: expected a mapping, found "b"',
      'missing-key 6:35 services.web.post_start[2]: "command" or "script" is missing',
      'bad-value 7:20 services.web.reload_signal: expected a signal such as "SIGTERM", found "HUPP"; did you mean "HUP"?',
      'bad-value 8:19 services.b.stop_command: the list is empty; it needs at least one item',
      'bad-value 8:47 services.b.pre_stop: expected a command line, found ""',
      'bad-value 8:63 services.b.post_start: cannot split the command: "|" is shell syntax, and no shell runs a command; use "script:" for shell text, or quote it',
    ],
  },
  {
    name: 'edges that contradict themselves',
    yaml: `services:
  app:
    command: a
    depends_on:
      db: {restart: true, when_lost: stop}
      cache: {restart: false, when_lost: restart}
      job: {when_lost: stop}
      once: {condition: service_completed, restart: true}
  db: {command: a}
  cache: {command: a}
  job: {command: a, type: oneshot}
  once: {command: a, restart: no}
`,
    problems: [
      'conflicting-keys 5:12 services.app.depends_on.db.restart: "restart: true" is "when_lost: restart", and "when_lost: stop" is there too; keep one of them',
      'conflicting-keys 6:15 services.app.depends_on.cache.restart: "restart: false" is "when_lost: ignore", and "when_lost: restart" is there too; keep one of them',
      'conflicting-keys 7:7 services.app.depends_on.job: what "service_completed_successfully" waits for has ended and cannot be lost; leave out "when_lost" and "restart", or name another condition',
      'conflicting-keys 8:7 services.app.depends_on.once: what "service_completed" waits for has ended and cannot be lost; leave out "when_lost" and "restart", or name another condition',
    ],
  },
  {
    name: 'a wait for the health of what has no healthcheck',
    yaml: `services:
  app:
    command: a
    depends_on:
      db: {condition: service_healthy}
      off: {condition: service_healthy, required: false}
      job: {condition: service_healthy}
      wrong: {condition: service_healthy}
      gone: {condition: service_healthy}
      well: {condition: service_healthy}
  db: {command: a}
  off: {command: a, healthcheck: {tcp: 1, disable: true}}
  job: {command: a, type: oneshot}
  wrong: {command: a, healthcheck: {tpc: 1}}
  gone: {command: a, enabled: false}
  well: {command: a, healthcheck: {tcp: 1}}
`,
    problems: [
      'bad-value 5:7 services.app.depends_on.db: "db" has no "healthcheck" and is never healthy; give it one, or take "service_ready"',
      'bad-value 6:7 services.app.depends_on.off: "off" has no "healthcheck" and is never healthy; give it one, or take "service_ready"',
      'bad-value 7:7 services.app.depends_on.job: "job" has no "healthcheck" and is never healthy; give it one, or take "service_ready"',
      'missing-key 14:23 services.wrong.healthcheck: "test", "tcp", "unix", "http", "postgres", "redis", "exec" or "file" is missing',
      'unknown-key 14:37 services.wrong.healthcheck.tpc: unknown key "tpc"; did you mean "tcp"?',
    ],
  },
  {
    name: 'profiles that hide what is needed, are not there, or are none',
    yaml: `services:
  app:
    command: a
    profiles: [web]
    depends_on: [db, both, own]
  db: {command: a, profiles: [embedded], depends_on: [both]}
  both: {command: a, profiles: [embedded, full]}
  own: {command: a, profiles: [web]}
  bad: {command: a, profiles: [a, -b, "c d"]}
  list: {command: a, profiles: web}
`,
    world: { profiles: new Set(['web', 'embeded', '*x']) },
    problems: [
      'warning unknown-profile 1:1 : no service has the profile "embeded"; did you mean "embedded"?',
      'warning unknown-profile 1:1 : no service has the profile "*x"',
      'missing-profile 5:18 services.app.depends_on: "db" is only there with the profile "embedded"; choose it with "--profile embedded" or "PIDONE_PROFILES=embedded", or add "required: false"',
      'missing-profile 5:22 services.app.depends_on: "both" is only there with a profile such as "embedded"; choose it with "--profile embedded" or "PIDONE_PROFILES=embedded", or add "required: false"',
      'bad-value 9:32 services.bad.profiles[0]: expected a profile such as "debug", of two characters or more, found "a"',
      'bad-value 9:35 services.bad.profiles[1]: expected a profile such as "debug", of two characters or more, found "-b"',
      'bad-value 9:39 services.bad.profiles[2]: expected a profile such as "debug", of two characters or more, found "c d"',
      'wrong-type 10:32 services.list.profiles: expected a list, found "web"',
    ],
  },
  {
    name: 'two services of which the health of one is asked at the port of the other',
    yaml: `services:
  a: {command: a, ready: {tcp: 80}}
  b: {command: a, healthcheck: {http: "http://localhost/"}}
  c: {command: a, ready: {notify: systemd}, healthcheck: {tcp: 80}}
  d: {command: a, profiles: [debug], ready: {tcp: 80}}
`,
    problems: [
      'same-port 3:19 services.b.healthcheck: "a" and "b" are both ready when 127.0.0.1:80 answers; only one of them can listen there',
    ],
  },
]

for (const { name, yaml, problems, world } of FILES) {
  void t.test(`tells every problem of ${name}`, async (test) => {
    const reading = readConfig(treeOf(yaml), worldOf(world))
    const told = reading.problems.map(
      ({ code, severity, place, path, message }) =>
        `${severity === 'warning' ? 'warning ' : ''}${code} ${place.line}:${place.column} ${path}: ${message}`,
    )
    test.same(told, problems)
    test.equal(
      reading.config === null,
      problems.some((problem) => !problem.startsWith('warning ')),
    )
  })
}
