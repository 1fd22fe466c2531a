import { html, page } from './markup.ts'
import type { Desk } from './shopify/admin/desk.ts'
import type { Town } from './town.ts'

/** The way to everything in the sandbox. */
export function frontPage({ etsy, etsyOrigin, square, squareOrigin, app, buyers }: Town, desks: Desk[]): Response {
  const shops = etsy.shops().filter((shop) => shop.listings().length > 0)
  const link = (href: string, title: string, text: string) =>
    html`<a class="card" href="${href}"
      ><h2>${title}</h2>
      ${text}</a
    >`
  return page(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${app.name}: the sandbox</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/sandbox/shell.css" />
        <link rel="stylesheet" href="/sandbox/pages.css" />
      </head>
      <body class="front">
        <main>
          <h1>A small world of commerce on this machine</h1>
          <p>
            Stand-ins of Shopify, Etsy and Square, with a jeweler who sells on all of them. Nothing here leaves this
            machine.
          </p>
          ${desks.map(
            ({ store, name, installed }) =>
              html`<h2>${name}</h2>
                <div class="cards">
                  ${link(`/store/${store}/apps/${app.handle}/app`, `${app.name} in the admin`, installed() ? 'The app, embedded.' : 'Not installed yet.')}
                  ${link(`/store/${store}`, 'Shopify admin', 'Orders, products and inventory as Shopify has them.')}
                  ${link(`/shop/${store}`, 'Online store', 'Buy something as a visitor.')}
                  ${link(`/till/${store}`, 'Point of sale', 'Sell over the counter.')}
                </div>`,
          )}
          <h2>Etsy</h2>
          <div class="cards">
            ${shops.map((shop) => link(`${etsyOrigin}/shop/${shop.shopId}`, shop.name, `${shop.listings().length} listings.`))}
          </div>
          <h2>Square</h2>
          <div class="cards">
            ${square
              .sellers()
              .flatMap((seller) =>
                seller
                  .locations()
                  .map(({ locationId, name }) => link(`${squareOrigin}/till/${locationId}`, name, 'A till.')),
              )}
            ${square.sellers().map(({ merchantId, name }) => link(`${squareOrigin}/orders/${merchantId}`, `${name}: orders`, 'What the tills sold.'))}
          </div>
          <h2>Buyers</h2>
          <form method="post" action="/__sandbox/buyers" class="card inline">
            <span>${buyers.areComing() ? 'Somebody buys something now and then.' : 'Nobody buys unless you do.'}</span>
            <button name="on" value="${String(!buyers.areComing())}">
              ${buyers.areComing() ? 'Send them home' : 'Let them come'}
            </button>
          </form>
        </main>
      </body>
    </html>`,
  )
}
