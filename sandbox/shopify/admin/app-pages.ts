import { html, jsonScript, type Markup } from '../../markup.ts'
import type { HostConfig } from './messages.ts'
import type { Visit } from './shell.ts'

/** The page with the app's frame in it; its script fills in title, buttons and menu as the app says. */
export function appPage({ app }: Visit, config: HostConfig): Markup {
  return html`<main class="with-app">
    <div class="app-bar"><span id="title">${app.name}</span><span id="title-buttons"></span></div>
    <div id="app"></div>
    ${jsonScript('host-config', config)}
  </main>`
}

/** Asks the merchant, as Shopify does, before a shop gives an app anything. */
export function installPage({ store, storeName, app, query }: Visit, scopes: string[]): Markup {
  return html`<main>
    <div class="narrow">
      <h1>Install ${app.name}</h1>
      <div class="card">
        <p><b>${app.name}</b> will be able to do the following in ${storeName}:</p>
        <ul>
          ${scopes.map((scope) => html`<li>${scope.replaceAll('_', ' ')}</li>`)}
        </ul>
        <form method="post" action="/store/${store}/install${query}"><button class="primary">Install</button></form>
      </div>
    </div>
  </main>`
}

/** The apps of a shop, with the way to take one off. */
export function appsPage({ store, app, query }: Visit, installed: boolean): Markup {
  return html`<main>
    <div class="narrow">
      <h1>Apps</h1>
      <div class="card">
        <h2>${app.name}</h2>
        <a class="button" href="${app.base}/app${query}">Open</a>
        ${installed && html`<form class="inline" method="post" action="/store/${store}/uninstall${query}"><button class="critical">Uninstall</button></form>`}
      </div>
    </div>
  </main>`
}
