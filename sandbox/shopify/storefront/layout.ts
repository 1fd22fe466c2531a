import { html, type Markup, page } from '../../markup.ts'

type Layout = { title: string; kind: 'shop' | 'till'; home: string; heading: string; main: Markup; status?: number }

/** The frame of the pages buyers and clerks see, which say on top what they are. */
export function layout({ title, kind, home, heading, main, status = 200 }: Layout): Response {
  const what =
    kind === 'shop' ? 'Sandbox online store: nothing here is for sale, nobody is charged.' : 'Sandbox point of sale'
  return page(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · ${heading} (sandbox)</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/sandbox/storefront.css" />
      </head>
      <body class="${kind}">
        <div class="stand-in">${what} <a href="/">All of the sandbox</a></div>
        <header><a href="${home}">${heading}</a></header>
        <main>${main}</main>
        <script src="/sandbox/live.js" defer></script>
      </body>
    </html>`,
    status,
  )
}

/** What could not be done, for the person who tried. */
export const problem = (sentence: string | undefined): Markup | false =>
  sentence !== undefined && html`<p class="problem" role="alert">${sentence}</p>`
