import { getPriority } from 'node:os'
import { test } from 'tap'
import { CAPABILITY_NAMES } from '../../src/core/config/capability.ts'
import { readPowers } from '../../src/system/powers.ts'

/** Those that can be written in a file are those that the kernel's numbers stand for. */
const ALL = new Set(CAPABILITY_NAMES)

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max open files            1024                 4096                 files     
Max nice priority         0                    0                    
Max realtime timeout      unlimited            unlimited            us        
`

interface Parts {
  readonly capabilities?: string
  readonly uidMap?: string
  readonly limits?: string
}

function proc({ capabilities = '0', uidMap = '         0          0 4294967295\n', limits = LIMITS }: Parts) {
  return {
    self: {
      status: `Name:\tnode\nCapPrm:\t${capabilities}\nCapEff:\t${capabilities}\nCapBnd:\t000001ffffffffff\n`,
      limits,
      uid_map: uidMap,
      oom_score_adj: '100\n',
    },
    sys: { fs: { nr_open: '1048576\n' } },
  }
}

void test('without capabilities nothing can be raised', async (t) => {
  t.strictSame(readPowers(t.testdir(proc({}))), {
    capabilities: new Set(),
    boundingSet: ALL,
    hardLimits: new Map<string, unknown>([
      ['cpu', 'unlimited'],
      ['nice', 0],
      ['nofile', 4096],
      ['rttime', 'unlimited'],
    ]),
    lowestNice: getPriority(),
    lowestOomScoreAdj: 100,
  })
})

void test('with them all but the number of open files can be anything', async (t) => {
  const powers = readPowers(t.testdir(proc({ capabilities: '000001ffffffffff' })))
  t.strictSame(powers, {
    capabilities: ALL,
    boundingSet: ALL,
    hardLimits: new Map([['nofile', 1_048_576]]),
    lowestNice: -20,
    lowestOomScoreAdj: -1000,
  })
})

void test('each needs its own capability', async (t) => {
  const { lowestNice, lowestOomScoreAdj, hardLimits } = readPowers(t.testdir(proc({ capabilities: '800000' })))
  t.strictSame([lowestNice, lowestOomScoreAdj, hardLimits.get('nofile')], [-20, 100, 4096])
})

void test('those of a rootless container raise nothing', async (t) => {
  const uidMap = '         0       1000          1\n         1     100000      65536\n'
  const powers = readPowers(t.testdir(proc({ capabilities: '000001ffffffffff', uidMap })))
  t.match(powers, { capabilities: ALL, lowestNice: getPriority(), lowestOomScoreAdj: 100 })
  t.equal(powers.hardLimits.get('nofile'), 4096)
})

void test('a limit of its own lets the priority be raised', async (t) => {
  const limits = LIMITS.replace('priority         0 ', 'priority         30')
  t.equal(readPowers(t.testdir(proc({ limits }))).lowestNice, -10)
})

void test('without procfs nothing can be raised', async (t) => {
  t.strictSame(readPowers(t.testdir({})), {
    capabilities: new Set(),
    boundingSet: new Set(),
    hardLimits: new Map(),
    lowestNice: getPriority(),
    lowestOomScoreAdj: 0,
  })
})

void test('the powers of this process are read', async (t) => {
  const { capabilities, boundingSet, hardLimits } = readPowers()
  t.strictSame(
    [...capabilities].filter((name) => !boundingSet.has(name)),
    [],
  )
  t.ok(hardLimits.has('nofile'))
})
