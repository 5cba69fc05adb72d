import { fstatSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseEnviron, takeHandedOver } from '../../src/system/handed-over.ts'
import { bytesOf } from '../../src/system/raw-text.ts'

void t.test('an environment keeps every byte, and its order', async (test) => {
  const all = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1))
  const strings = ['PATH=/bin', 'discovery.type=a=b\n', '=x', '__proto__=p', 'E=', 'ä=ö', '1=one']
  const environ = Buffer.concat([...strings.map((text) => Buffer.from(`${text}\0`)), all, Buffer.from('\0B='), all])
  const variables = [...parseEnviron(environ)]
  test.strictSame(
    variables.slice(0, strings.length).map((pair) => pair.join('=')),
    strings,
  )
  const rest = variables.slice(strings.length).map((pair) => bytesOf(pair.join('=')))
  test.strictSame(rest, [all, Buffer.concat([Buffer.from('B='), all])])
})

void t.test('of two with one name the first counts, and what has no "=" is no variable', async (test) => {
  test.strictSame(
    [...parseEnviron(Buffer.from('A=1\0A\0B=2\0A=3\0\0C=4'))],
    [
      ['A', '1'],
      ['B', '2'],
      ['C', '4'],
    ],
  )
  test.strictSame([...parseEnviron(Buffer.alloc(0))], [])
})

void t.test('a whole copy is taken, and its descriptor closed', async (test) => {
  const environment = Buffer.from(`A=${'x'.repeat(200)}\0`)
    .toString('base64')
    .replaceAll(/.{76}/gu, '$&\n')
  const fd = open(test, `1024\n${environment}\n.\n`)
  test.strictSame(takeHandedOver({ PIDONE_COPY_FD: String(fd), A: 'from the shell' }), {
    kind: 'whole',
    inheritance: { environment: new Map([['A', 'x'.repeat(200)]]), softFileLimit: '1024' },
  })
  test.throws(() => fstatSync(fd), { code: 'EBADF' })
})

void t.test('an empty environment is one too', async (test) => {
  const handedOver = takeHandedOver({ PIDONE_COPY_FD: String(open(test, 'unlimited\n.\n')) })
  test.strictSame(handedOver, {
    kind: 'whole',
    inheritance: { environment: new Map(), softFileLimit: 'unlimited' },
  })
})

for (const torn of ['', '1024\n', '1024\nQT0xAA==\n', '1024\nQT0xAA==\n.', 'QT0xAA==\n.\nmore']) {
  void t.test(`a copy that ends too early is lost: ${JSON.stringify(torn)}`, async (test) => {
    const fd = open(test, torn)
    const lost = { kind: 'lost', why: "the launcher's copy is not whole" }
    test.strictSame(takeHandedOver({ PIDONE_COPY_FD: String(fd) }), lost)
    test.throws(() => fstatSync(fd), { code: 'EBADF' })
  })
}

void t.test('a copy that is not there is lost; without a launcher there is none', async (test) => {
  test.strictSame(takeHandedOver({}), { kind: 'none' })
  for (const number of ['none', '', '0', '2', '-1', 'x']) {
    const lost = { kind: 'lost', why: 'the launcher could not copy it' }
    test.strictSame(takeHandedOver({ PIDONE_COPY_FD: number }), lost, number)
  }
})

/** A file on a descriptor that a launcher could name. */
function open(test: Test, text: string): number {
  const path = join(test.testdir({}), 'copy')
  writeFileSync(path, text)
  const fd = openSync(path, 'r')
  return fd
}
