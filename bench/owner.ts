import { isRefusal } from '#app/kernel/refusal.ts'
import { present } from '#app/kernel/assert.ts'
import type { Shop as EtsyShop } from '#sandbox/etsy/shop.ts'
import type { Shop } from '#sandbox/shopify/shop.ts'
import type { World } from '#sandbox/world.ts'

/** What the shop's owner works with. `until` waits for the app to have come so far that the question has an answer. */
export type Owner = { world: World; shopify: Shop; etsy: EtsyShop; url: string; until: (text: string) => Promise<void> }

const OPEN = (channel: string) => `SELECT 1 FROM channel_account WHERE channel = '${channel}' AND status = 'open'`
const REVIEW = `SELECT 1 FROM channel_account a JOIN import_run r ON r.merchant_id = a.merchant_id AND r.account_id = a.id
  WHERE a.channel = 'etsy' AND a.status = 'review' AND r.finished_at IS NOT NULL`
const IN_STEP = `SELECT 1 WHERE NOT EXISTS (SELECT FROM listing_due) AND NOT EXISTS (SELECT FROM stock_changed) AND NOT EXISTS (SELECT FROM mirror_due)`

/**
 * Does what the owner does in the admin, by the same requests and without a browser: opens the app, connects Etsy
 * through its consent page, and goes live.
 */
export async function connectEtsy(owner: Owner): Promise<void> {
  await ask(owner, '/app?index&_data=routes%2Fapp._index')
  await owner.until(OPEN('shopify'))
  const { url } = (await (await ask(owner, '/connect/etsy?_data=routes%2Fconnect.%24channel', {})).json()) as {
    url?: string
  }
  const consent = await allow(owner, new URL(present(url, 'the address of Etsy’s consent page')))
  await ask(owner, '/app/connect/etsy?_data=routes%2Fapp.connect.%24channel', consent)
  await owner.until(REVIEW)
  await ask(owner, CHANNELS, { decision: 'go-live', accountId: await etsyAccount(owner) })
  await owner.until(OPEN('etsy'))
  await owner.until(IN_STEP)
}

// The library sends away what does not look like a browser.
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36'

const CHANNELS = '/app/channels?index&_data=routes%2Fapp.channels._index'

/** A request as the app's own pages make it. With `form` it is a POST. Throws what was refused. */
async function ask({ world, shopify, url }: Owner, path: string, form?: Record<string, string>): Promise<Response> {
  const token = world.shopify.sessionToken({ shop: shopify.domain })
  const headers = { authorization: `Bearer ${token}`, 'user-agent': BROWSER }
  const sent = form ? { method: 'POST', body: new URLSearchParams(form) } : {}
  const answer = await fetch(url + path, { ...sent, headers, redirect: 'manual' })
  if (answer.status >= 400) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`)
  return answer
}

/** The owner presses "Allow" on Etsy's page; what it sends back. */
async function allow({ etsy }: Owner, asked: URL): Promise<Record<string, string>> {
  const form = new URLSearchParams([...asked.searchParams, ['decision', 'allow'], ['shop_id', String(etsy.shopId)]])
  const answer = await fetch(new URL('/oauth/connect', asked), { method: 'POST', body: form, redirect: 'manual' })
  const back = new URL(present(answer.headers.get('location'), 'the way back from Etsy'))
  return Object.fromEntries(back.searchParams)
}

async function etsyAccount(owner: Owner): Promise<string> {
  type Channels = { accounts: { id: number; name: string }[] }
  const { accounts } = (await (await ask(owner, CHANNELS)).json()) as Channels
  return String(
    present(
      accounts.find(({ name }) => name === 'Etsy'),
      'the Etsy account',
    ).id,
  )
}

/** What was asked for and not refused. */
export function given<T>(answer: T): Exclude<T, { sentence: string }> {
  if (isRefusal(answer)) throw new Error(answer.sentence)
  return answer as Exclude<T, { sentence: string }>
}
