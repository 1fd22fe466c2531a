import { html, type Markup } from '../markup.ts'

const STYLE = `
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #f4f4f4 }
header { padding: 12px 32px; background: #111; color: #ddd } header a { color: #fff; font-weight: 700; text-decoration: none }
main { max-width: 1040px; margin: 0 auto; padding: 28px 32px }
table { width: 100%; border-collapse: collapse; background: #fff } th, td { padding: 8px 12px; border-bottom: 1px solid #e3e3e3; text-align: left; vertical-align: top }
td form { display: inline-flex; gap: 6px; align-items: center; margin: 0 8px 0 0 }
input[type=number] { width: 72px; padding: 6px } select { padding: 6px } label { display: block; margin: 12px 0 4px; font-weight: 600 }
button { padding: 7px 16px; border: 0; border-radius: 6px; background: #006aff; color: #fff; font: inherit; cursor: pointer } button.plain { background: #ddd; color: #111 }
button:focus-visible, a:focus-visible, input:focus-visible { outline: 3px solid #ffb000; outline-offset: 2px }
.bad { padding: 10px 14px; background: #fde7e7; color: #8d1212 } .good { padding: 10px 14px; background: #e2f3e6; color: #14532d }
nav { display: flex; gap: 18px; margin: 0 0 18px }
`

/** A whole page of the stand-in, which says on every page that it is one. As the real one, it is not to be framed. */
export function squarePage(title: string, content: Markup, status = 200): Response {
  const whole = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} · Sandbox Square</title>
      <link rel="icon" href="data:," />
      <style>
        ${{ markup: STYLE }}
      </style>
    </head>
    <body>
      <header><a href="/">Sandbox Square</a> — a stand-in on this machine</header>
      <main>${content}</main>
    </body>
  </html>`
  return new Response(`<!doctype html>\n${whole.markup}`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY', 'cache-control': 'no-store' },
  })
}

export const notThere = (): Response => squarePage('Not found', html`<h1>Nothing here</h1>`, 404)
