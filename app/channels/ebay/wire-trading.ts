import { at, childrenOf, type Element, textAt } from '../../kernel/xml.ts'
import type { Choices } from './choices.ts'

/** One variation of a listing as the Trading API has it; a listing without any is one without choices. */
export type TradingVariation = { sku: string; choices: Choices; available: number; price: string | null }

export type TradingItem = {
  listingId: string
  title: string
  url: string | null
  auction: boolean
  active: boolean
  currency: string | null
  endsAt: Date
  variations: TradingVariation[]
}

const wholeOf = (text: string | null): number => Math.max(0, Math.trunc(Number(text ?? 0)) || 0)

/**
 * What can be bought. `Quantity` here is everything there ever was, what is sold and all
 * (https://developer.ebay.com/support/kb-article?KBid=1525), while a revise is told what is available.
 */
function availableOf(of: Element): number {
  return Math.max(0, wholeOf(textAt(of, 'Quantity')) - wholeOf(textAt(of, 'SellingStatus', 'QuantitySold')))
}

/** An `Item` of GetItem or GetSellerList. */
export function tradingItem(item: Element): TradingItem {
  const type = textAt(item, 'ListingType') ?? 'FixedPriceItem'
  const auction = type !== 'FixedPriceItem' && type !== 'StoresFixedPrice'
  const rows = childrenOf(at(item, 'Variations'), 'Variation')
  const price = at(item, 'SellingStatus', 'CurrentPrice') ?? at(item, 'StartPrice')
  const single = (): TradingVariation => ({
    sku: textAt(item, 'SKU') ?? '',
    choices: {},
    available: auction ? 1 : availableOf(item),
    price: price?.text ?? null,
  })
  return {
    listingId: textAt(item, 'ItemID') ?? '',
    title: textAt(item, 'Title') ?? '',
    url: textAt(item, 'ListingDetails', 'ViewItemURL'),
    auction,
    active: textAt(item, 'SellingStatus', 'ListingStatus') === 'Active',
    currency: textAt(item, 'Currency') ?? price?.attributes.currencyID ?? null,
    endsAt: new Date(textAt(item, 'ListingDetails', 'EndTime') ?? 0),
    variations: rows.length > 0 ? rows.map(variationOf) : [single()],
  }
}

function variationOf(row: Element): TradingVariation {
  const pairs = childrenOf(at(row, 'VariationSpecifics'), 'NameValueList')
  const choices = pairs.map((pair): [string, string] => [
    textAt(pair, 'Name') ?? '',
    childrenOf(pair, 'Value')
      .map(({ text }) => text)
      .join(', '),
  ])
  return {
    sku: textAt(row, 'SKU') ?? '',
    choices: Object.fromEntries(choices),
    available: availableOf(row),
    price: textAt(row, 'StartPrice'),
  }
}
