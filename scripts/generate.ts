import { mkdirSync, writeFileSync } from 'node:fs'
import { generatedFiles } from './generated-files.ts'

// dist/scripts/generate.js
const root = new URL('../../', import.meta.url)
for (const [path, text] of generatedFiles()) {
  const file = new URL(path, root)
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, text)
}
