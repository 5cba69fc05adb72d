import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { proseOf, readPage, readPages, ROOT, type Page } from './pages.ts'

/** The anchors that GitHub makes of headings. */
function anchorsOf({ text }: Page): ReadonlySet<string> {
  const headings = [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function linksOf({ text }: Page): readonly string[] {
  return [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

function isBroken(page: Page, link: string): boolean {
  if (/^https?:/.test(link)) return false
  const [target = '', anchor = ''] = link.split('#')
  const path = target === '' ? page.path : normalize(join(dirname(page.path), target))
  if (!existsSync(join(ROOT, path))) return true
  return anchor !== '' && !anchorsOf(readPage(path)).has(anchor)
}

for (const page of readPages()) {
  void t.test(`every relative link of ${page.path} leads somewhere`, async (test) => {
    test.same(
      linksOf(page).filter((link) => isBroken(page, link)),
      [],
    )
  })
}

void t.test('the index leads to every page', async (test) => {
  const index = readPage('docs/README.md')
  const linked = new Set(linksOf(index).map((link) => `docs/${link}`))
  const pages = readPages().map(({ path }) => path)
  test.same(
    pages.filter((path) => path !== index.path && !linked.has(path)),
    [],
  )
})
