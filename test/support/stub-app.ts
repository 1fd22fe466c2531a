import { html, page } from '#sandbox/markup.ts'

/** One request the stub app was asked, as it saw it. */
export type Asked = { path: string; query: URLSearchParams; bearer: string | null }

/**
 * The smallest app that uses all of App Bridge: plain pages, no framework, so that what is tried is the stand-in
 * alone. Its buttons write down what happened in #said.
 */
export function stubApp(adminOrigin: () => string) {
  const asked: Asked[] = []
  let refuse = 0
  const answer = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    asked.push({ path: pathname, query: searchParams, bearer: request.headers.get('authorization') })
    if (pathname === '/data') {
      if (refuse-- > 0)
        return new Response('no', { status: 401, headers: { 'x-shopify-retry-invalid-session-request': '1' } })
      return new Response('data')
    }
    if (pathname.startsWith('/webhooks')) return new Response()
    // As the library's bounce page: a document with nothing but the script.
    return page(pathname === '/auth/session-token' ? bridge(adminOrigin()) : document(adminOrigin(), pathname))
  }
  return { answer, asked, refuseNext: (times: number) => void (refuse = times) }
}

const bridge = (admin: string) => html`<script data-api-key="key-of-the-tests" src="${admin}/app-bridge.js"></script>`

const document = (admin: string, path: string) =>
  html`<html>
    <head>
      <title>Stub</title>
      <link rel="icon" href="data:," />
      ${bridge(admin)}
    </head>
    <body>
      <ui-nav-menu><a href="/app" rel="home">Home</a><a href="/app/second">Second page</a></ui-nav-menu>
      <ui-title-bar title="Page ${path}"><button variant="primary">Primary</button><button>Other</button></ui-title-bar>
      <ui-save-bar id="changes"><button variant="primary">Save</button><button>Discard</button></ui-save-bar>
      <ui-modal id="about"
        ><ui-title-bar title="About"><button>Close it</button></ui-title-bar></ui-modal
      >
      <a href="shopify:admin/orders">To the orders</a>
      <button id="fetch">Fetch</button> <button id="toast">Toast</button> <button id="error">Error</button>
      <button id="unsaved">Change</button> <button id="modal">Modal</button> <button id="pick">Pick</button>
      <p id="said"></p>
      <script>
        const said = (text) => {
          document.getElementById('said').textContent += text + '; '
        }
        const on = (id, act) => {
          document.getElementById(id).onclick = act
        }
        on('fetch', async () => said(await (await fetch('/data')).text()))
        on('toast', () => shopify.toast.show('Counted'))
        on('error', () => shopify.toast.show('Not counted', { isError: true }))
        on('unsaved', () => shopify.saveBar.show('changes'))
        on('modal', () => shopify.modal.show('about'))
        on('pick', async () => said(JSON.stringify(await shopify.resourcePicker({ type: 'product', multiple: true }))))
        document.getElementById('about').content.textContent = 'What this is'
        for (const button of document.querySelectorAll('ui-title-bar button, ui-save-bar button'))
          button.onclick = () => {
            said('pressed ' + button.textContent)
            shopify.saveBar.hide('changes')
          }
        document.querySelector('ui-modal button').onclick = () => shopify.modal.hide('about')
        // What a router does.
        addEventListener('shopify:navigate', (event) => {
          history.pushState(null, '', event.target.getAttribute('href'))
          said('went to ' + location.pathname)
        })
      </script>
    </body>
  </html>`
