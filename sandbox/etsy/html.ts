/** Text that is HTML already. */
export type Html = { html: string }

type Part = string | number | Html | false | null | undefined | Part[]

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** HTML with everything put into it escaped, but for what is Html itself. */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html => ({
  html: texts.map((text, i) => text + written(parts[i])).join(''),
})

function written(part: Part): string {
  if (Array.isArray(part)) return part.map(written).join('')
  if (part === false || part === null || part === undefined) return ''
  return typeof part === 'object' ? part.html : String(part).replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter]!)
}

/** A whole page of the stand-in, which says on every page that it is one. */
export function page(title: string, content: Html, status = 200): Response {
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Sandbox Etsy</title>
        <style>
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <header><a href="/">Sandbox Etsy</a> — a stand-in on this machine</header>
        <main>${content}</main>
      </body>
    </html>`
  // As the real one, it does not let itself be framed: an embedded app must leave its frame for the consent page.
  const headers = { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY', 'cache-control': 'no-store' }
  return new Response(whole.html, { status, headers })
}

export const notThere = (): Response =>
  page(
    'Not found',
    html`<h1>Nothing here</h1>
      <p>This page is not in the sandbox.</p>`,
    404,
  )

const STYLE = `
:root { --ink: #222; --soft: #6b6b6b; --line: #e4e1dc; --paper: #faf8f5; --brand: #d5541c; --good: #1f6f43; --bad: #a61c1c }
* { box-sizing: border-box }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif }
header { padding: 14px 32px; background: #fff; border-bottom: 1px solid var(--line); color: var(--soft); font-size: 14px }
header a { color: var(--brand); font: 26px/1 Georgia, serif; text-decoration: none }
main { max-width: 1120px; margin: 0 auto; padding: 32px }
h1 { margin: 0 0 4px; font: 32px/1.2 Georgia, serif }
nav { display: flex; gap: 20px; margin: 4px 0 24px }
a { color: inherit }
.soft { color: var(--soft); margin: 0 }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 20px; padding: 0; list-style: none }
.card { background: #fff; border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
.card a { display: block; text-decoration: none }
.card a:focus-visible, button:focus-visible { outline: 3px solid #2b6cb0; outline-offset: 2px }
.card div { padding: 12px 14px }
.card h2 { margin: 0; font-size: 15px; font-weight: 500 }
.art { display: block; width: 100%; aspect-ratio: 4 / 3 }
.price { font-weight: 700 }
.pill { display: inline-block; padding: 1px 10px; border-radius: 99px; background: #eee; font-size: 13px }
.pill.good { background: #e1f3e8; color: var(--good) }
.pill.bad { background: #fbe5e5; color: var(--bad) }
.two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(280px, 380px); gap: 40px }
@media (max-width: 760px) { .two { grid-template-columns: 1fr } }
.panel { max-width: 560px; margin: 0 auto; background: #fff; border: 1px solid var(--line); border-radius: 12px; padding: 28px }
label { display: block; margin: 14px 0 4px; font-weight: 600; font-size: 14px }
label.tick { font-weight: 400 }
select, input[type=number] { width: 100%; padding: 10px; border: 1px solid #999; border-radius: 8px; font: inherit; background: #fff }
button { margin-top: 18px; padding: 11px 26px; border: 1px solid var(--ink); border-radius: 99px; background: var(--ink); color: #fff; font: inherit; font-weight: 600; cursor: pointer }
button.plain { background: #fff; color: var(--ink) }
button:disabled { opacity: .4; cursor: not-allowed }
.note { padding: 12px 16px; border-radius: 8px; background: #e1f3e8; color: var(--good) }
.note.bad { background: #fbe5e5; color: var(--bad) }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid var(--line) }
th, td { padding: 10px 14px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
td form { display: inline } td button { margin: 0 6px 0 0; padding: 4px 14px; font-size: 14px }
.row { display: flex; gap: 12px; margin-bottom: 14px }
details { margin-top: 28px; padding-top: 14px; border-top: 1px solid var(--line) }
summary { cursor: pointer; color: var(--soft) }
caption { padding-bottom: 8px; text-align: left }
`
