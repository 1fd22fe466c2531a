import { type Markup, html, page as whole } from '../markup.ts'

/** A page of the stand-in, which says on every page that it is one, and does not let itself be framed, as the real one. */
export function page(title: string, content: Markup, status = 200): Response {
  const response = whole(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · Sandbox eBay</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <header><a href="/">Sandbox eBay</a> — a stand-in on this machine</header>
        <main>${content}</main>
      </body>
    </html>`,
  )
  const headers = new Headers(response.headers)
  headers.set('x-frame-options', 'DENY')
  return new Response(response.body, { status, headers })
}

export const notThere = (): Response =>
  page(
    'Not found',
    html`<h1>Nothing here</h1>
      <p>This page is not in the sandbox.</p>`,
    404,
  )

const STYLE = `
body { margin: 0; color: #191919; background: #f7f7f7; font: 16px/1.5 system-ui, sans-serif }
header { padding: 14px 32px; background: #fff; border-bottom: 1px solid #e5e5e5; color: #707070; font-size: 14px }
header a { color: #0654ba; font: 700 24px/1 system-ui; text-decoration: none }
main { max-width: 1040px; margin: 0 auto; padding: 32px }
nav { display: flex; gap: 20px; margin: 4px 0 24px }
.soft { color: #707070 }
.panel { max-width: 560px; margin: 0 auto; background: #fff; border: 1px solid #e5e5e5; border-radius: 12px; padding: 28px }
label { display: block; margin: 14px 0 4px; font-weight: 600; font-size: 14px }
select, input[type=number] { width: 100%; box-sizing: border-box; padding: 9px; border: 1px solid #8f8f8f; border-radius: 8px; font: inherit; background: #fff }
button { margin: 14px 8px 0 0; padding: 9px 24px; border: 1px solid #3665f3; border-radius: 99px; background: #3665f3; color: #fff; font: inherit; font-weight: 600; cursor: pointer }
button.plain { background: #fff; color: #3665f3 }
button:disabled { opacity: .4; cursor: not-allowed }
button:focus-visible, a:focus-visible { outline: 3px solid #2b6cb0; outline-offset: 2px }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid #e5e5e5 }
th, td { padding: 9px 14px; border-bottom: 1px solid #e5e5e5; text-align: left; vertical-align: top }
td form { display: inline } td button { margin: 0 6px 0 0; padding: 3px 14px; font-size: 14px }
.note { padding: 12px 16px; border-radius: 8px; background: #e1f3e8; color: #1f6f43 }
.note.bad { background: #fbe5e5; color: #a61c1c }
`
