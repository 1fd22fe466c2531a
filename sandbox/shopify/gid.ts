const PREFIX = 'gid://shopify/'

/** Shopify's global id: `gid://shopify/Order/42`. */
export const gid = (type: string, number: number): string => `${PREFIX}${type}/${number}`

/** The type an id names: `Order` of `gid://shopify/Order/42`; undefined for what is no id of Shopify's. */
export function typeOfGid(id: string): string | undefined {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length, id.indexOf('/', PREFIX.length)) : undefined
}

/** The number at the end of an id, as REST and webhooks give it. */
export function numberOf(id: string): number {
  const query = id.indexOf('?')
  const path = query < 0 ? id : id.slice(0, query)
  return Number(path.slice(path.lastIndexOf('/') + 1))
}
