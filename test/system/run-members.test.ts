import { spawn } from 'node:child_process'
import t from 'tap'
import { watchChildren } from '../../src/system/children.ts'
import type { ProcessEntry } from '../../src/system/proc-stat.ts'
import { composeMark, findMembers, sightOf, type Moment, type Run } from '../../src/system/run-members.ts'

/** A first process, one that it started, one in a session of its own that has lost its parent, and a stranger. */
const FIRST = entry({ pid: 1000, parent: process.pid, group: 1000, session: 1000, startTime: 5 })
const CHILD = entry({ pid: 1001, parent: 1, group: 1001, session: 1000, startTime: 6 })
const STRANGER = entry({ pid: 1003, parent: 1, group: 1003, session: 1003, startTime: 5 })

void t.test('the first process, its group and its session are of the run', (test) => {
  test.same(found({ startTime: 5, known: new Map([[1000, 5]]) }), [1000, 1001])
  test.end()
})

void t.test('a first process whose start could not be read is of the run too, and is known from then on', (test) => {
  const known = new Map<number, number>()
  test.same(found({ startTime: null, known }), [1000, 1001])
  test.same(found({ startTime: null, known, session: 'shared' }), [1000, 1001])
  test.same(
    [...known],
    [
      [1000, 5],
      [1001, 6],
    ],
  )
  test.end()
})

void t.test('a number that was given to somebody else is not of the run', (test) => {
  test.same(found({ startTime: 4, known: new Map([[1000, 4]]) }), [])
  test.end()
})

void t.test("a mark has the outer supervisor's before ours, and tells its parts apart", (test) => {
  test.same(
    [composeMark(undefined, 'a.web.1'), composeMark('', 'a.web.1'), composeMark('x.app.2', 'a.we:b%.1')],
    ['a.web.1', 'a.web.1', 'x.app.2:a.we%3Ab%25.1'],
  )
  test.end()
})

void t.test('what comes and goes in the session of another living child blurs nothing', async (test) => {
  watchChildren()
  const other = spawn('sleep', ['1000'], { detached: true })
  test.teardown(() => other.kill('SIGKILL'))
  await Promise.resolve()
  const run: Run = {
    pid: 1000,
    runId: 'a-1',
    session: 'own',
    startTime: 5,
    known: new Map(),
    openPipes: () => [],
    leaf: null,
  }
  const sight = (...sessions: readonly number[]): string =>
    sightOf(run, { ...moment([]), unsettled: sessions.map(inSession) })
  const pid = other.pid ?? 0
  test.same(
    [sight(), sight(pid), sight(1000), sight(1003), sight(pid, 1003)],
    ['whole', 'whole', ...Array<string>(3).fill('moving')],
  )
})

function found(changes: Partial<Run> & Pick<Run, 'startTime' | 'known'>): readonly number[] {
  const run: Run = { pid: 1000, runId: 'a-1', session: 'own', openPipes: () => [], leaf: null, ...changes }
  return findMembers(run, moment([FIRST, CHILD, STRANGER])).map(({ pid }) => pid)
}

function moment(all: readonly ProcessEntry[]): Moment {
  const entries = new Map(all.map((each) => [each.pid, each]))
  const childrenOf = new Map<number, ProcessEntry[]>()
  for (const each of all) childrenOf.set(each.parent, [...(childrenOf.get(each.parent) ?? []), each])
  return {
    table: { entries, childrenOf, sight: 'whole' },
    orphansOf: new Map(),
    unmarked: [],
    unsettled: [],
    sight: 'whole',
  }
}

function entry(fields: Omit<ProcessEntry, 'isAlive' | 'isExiting'>): ProcessEntry {
  return { ...fields, isAlive: true, isExiting: false }
}

function inSession(session: number): ProcessEntry {
  return entry({ pid: 1003, parent: process.pid, group: 1003, session, startTime: 7 })
}
