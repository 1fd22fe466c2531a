import { type Element, readXml, tag } from '#app/kernel/xml.ts'
import { type Ebay, iso, now } from './ebay.ts'
import { count } from './quota.ts'
import * as calls from './trading-calls.ts'
import { failure, type TradingAnswer, type TradingCall } from './trading-calls.ts'

/** Every call of the Trading API the stand-in has. */
const CALLS: Record<string, (call: TradingCall) => TradingAnswer> = {
  GetItem: calls.getItem,
  GetSellerList: calls.getSellerList,
  GetMyeBaySelling: calls.getMyeBaySelling,
  ReviseInventoryStatus: calls.reviseInventoryStatus,
  EndFixedPriceItem: calls.endFixedPriceItem,
  EndItem: calls.endFixedPriceItem,
  GetUserPreferences: calls.getUserPreferences,
  SetUserPreferences: calls.setUserPreferences,
}

const NAMESPACE = 'urn:ebay:apis:eBLBaseComponents'

/** POST /ws/api.dll: always 200, whatever is wrong stands in the answer. `writes`: it may have changed something. */
export function callTrading(ebay: Ebay, headers: Headers, body: string): { response: Response; writes: boolean } {
  const name = headers.get('x-ebay-api-call-name') ?? ''
  const answer = answerTo(ebay, name, { headers, request: readXml(body) })
  const whole = tag(
    `${name || 'Error'}Response`,
    [tag('Timestamp', iso(now(ebay))), tag('Ack', answer.ack), tag('Version', '1193'), ...answer.content],
    { xmlns: NAMESPACE },
  )
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${whole.xml}`
  const response = new Response(text, {
    headers: { 'content-type': 'text/xml;charset=utf-8', date: new Date(now(ebay)).toUTCString() },
  })
  return { response, writes: /^(Revise|End|Set)/.test(name) }
}

type Asked = { headers: Headers; request: Element | null }

function answerTo(ebay: Ebay, name: string, { headers, request }: Asked): TradingAnswer {
  if (!count(ebay, 'trading')) return failure(518, 'Your application has exceeded its usage limit on this call.')
  const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined
  if (!call) return failure(2, `Unsupported API call: "${name}"`)
  if (!headers.get('x-ebay-api-compatibility-level')) return failure(10_000, 'The compatibility level is missing.')
  if (!headers.get('x-ebay-api-siteid')) return failure(10_000, 'The site ID is missing.')
  if (request?.name !== `${name}Request`) return failure(5, 'XML Parse error.')
  const token = ebay.world.accessTokens.get(headers.get('x-ebay-api-iaf-token') ?? '')
  // Neither is refreshed by the client library that looks for 401 alone (hendt/ebay-api issues 164 and 179).
  if (!token || token.revoked || token.userId === '') return failure(21_916_984, 'Invalid IAF token.')
  if (token.expiresAt <= now(ebay)) return failure(21_917_053, 'Expired IAF token.')
  const seller = ebay.world.sellers.get(token.userId)
  return seller ? call({ ebay, seller, request }) : failure(21_916_984, 'Invalid IAF token.')
}
