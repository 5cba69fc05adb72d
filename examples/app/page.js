import { settings } from './settings.js'

/** The page that shows the numbers. */
export function renderPage({ postgres, redis, own }) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>pidone example</title>${canonicalLink()}
<style>
  :root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif }
  body { display: grid; place-content: center; min-height: 100vh; margin: 0; text-align: center }
  main { display: flex; gap: 1.5rem; justify-content: center }
  section { border: 1px solid #8886; border-radius: 1rem; padding: 1.2rem 2.4rem }
  b { display: block; font-size: 3rem; font-variant-numeric: tabular-nums }
  a { color: inherit }
</style>
<h1>It runs</h1>
<main>
  <section><b>${postgres}</b> visits in PostgreSQL</section>
  <section><b>${redis}</b> visits in Redis</section>
</main>
<p>${own === 1 ? 'You are here for the first time' : `You were here ${own} times`}. Reload to count. <a href="/health">/health</a> asks both servers.</p>
`
}

/** Whatever address it was asked by; a URL has no quotes in it. */
function canonicalLink() {
  return settings.publicUrl === null ? '' : `\n<link rel="canonical" href="${settings.publicUrl.href}">`
}
