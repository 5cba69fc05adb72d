import t from 'tap'
import { inVersion1, memoryPlaceOf, placeOf } from '../../src/system/cgroup-place.ts'

const V1 = '12:pids:/docker/a\n4:memory:/docker/a\n1:name=systemd:/docker/a\n'
const TMPFS = '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n'
const MEMORY = '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n'

function mount(root: string, point: string): string {
  return `41 31 0:38 ${root} ${point} rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n`
}

for (const { what, cgroups, mounts, place } of [
  {
    what: 'a cgroup namespace of its own',
    cgroups: '0::/\n',
    mounts: mount('/', '/sys/fs/cgroup'),
    place: { folder: '/sys/fs/cgroup', path: '/' },
  },
  {
    what: "the host's namespace, with all of the hierarchy",
    cgroups: '0::/system.slice/docker-a.scope\n',
    mounts: mount('/', '/sys/fs/cgroup'),
    place: { folder: '/sys/fs/cgroup/system.slice/docker-a.scope', path: '/system.slice/docker-a.scope' },
  },
  {
    what: "the host's namespace, with the own part of the hierarchy",
    cgroups: '0::/docker/a/b\n',
    mounts: mount('/docker/a', '/sys/fs/cgroup'),
    place: { folder: '/sys/fs/cgroup/b', path: '/docker/a/b' },
  },
  {
    what: 'v2 beside v1',
    cgroups: `${V1}0::/a\n`,
    mounts: TMPFS + MEMORY + mount('/', '/sys/fs/cgroup/unified'),
    place: { folder: '/sys/fs/cgroup/unified/a', path: '/a' },
  },
  {
    what: 'a blank in a path',
    cgroups: '0::/a b\n',
    mounts: mount('/a\\040b', '/mnt/c\\040d'),
    place: { folder: '/mnt/c d', path: '/a b' },
  },
  {
    what: 'a later mount over an earlier one',
    cgroups: '0::/a\n',
    mounts: mount('/', '/first') + mount('/', '/second'),
    place: { folder: '/second/a', path: '/a' },
  },
  { what: 'v1 alone', cgroups: V1, mounts: TMPFS + MEMORY, place: null },
  { what: 'no mount of v2', cgroups: '0::/\n', mounts: TMPFS + MEMORY, place: null },
  {
    what: 'the mount of a namespace above ours',
    cgroups: '0::/\n',
    mounts: mount('/../..', '/sys/fs/cgroup'),
    place: null,
  },
  { what: 'the mount of another container', cgroups: '0::/docker/ab\n', mounts: mount('/docker/a', '/c'), place: null },
  { what: 'nothing at all', cgroups: '', mounts: '', place: null },
]) {
  void t.test(`our cgroup with ${what}`, (test) => {
    test.same(placeOf(cgroups, mounts), place)
    test.end()
  })
}

void t.test('controllers that a host has in cgroup v1 are not in v2', async (test) => {
  const needed = ['memory', 'cpu', 'pids']
  test.same(inVersion1(`${V1}0::/a\n`, needed), ['memory', 'pids'])
  test.same(inVersion1('5:cpu,cpuacct:/\n', needed), ['cpu'])
  test.same(inVersion1('0::/docker/7:memory:/\n', needed), [])
})

for (const { what, cgroups, mounts, folder } of [
  {
    what: 'a mount of our own part',
    cgroups: V1,
    mounts: TMPFS + MEMORY.replace(' / ', ' /docker/a '),
    folder: '/sys/fs/cgroup/memory',
  },
  { what: 'all of the hierarchy', cgroups: V1, mounts: TMPFS + MEMORY, folder: '/sys/fs/cgroup/memory/docker/a' },
  {
    what: 'another controller in the same hierarchy',
    cgroups: '4:cpu,memory:/\n',
    mounts: '35 31 0:32 / /both rw - cgroup cgroup rw,cpu,memory\n',
    folder: '/both',
  },
  { what: 'no mount of it', cgroups: V1, mounts: TMPFS + mount('/', '/sys/fs/cgroup'), folder: undefined },
  { what: 'memory in v2', cgroups: '0::/memory:/a\n', mounts: mount('/', '/sys/fs/cgroup'), folder: undefined },
]) {
  void t.test(`our cgroup for memory in v1 with ${what}`, async (test) => {
    test.equal(memoryPlaceOf(cgroups, mounts)?.folder, folder)
  })
}
