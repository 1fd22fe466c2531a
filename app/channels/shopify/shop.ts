/** A store by its domain (`name.myshopify.com`), and where its admin is. */
export type Shop = { domain: string; adminOrigin: string }

export const SHOPIFY_ADMIN = 'https://admin.shopify.com'

/** A page of the store's admin, such as `orders/1042`. */
export const adminUrl = ({ domain, adminOrigin }: Shop, path: string): string =>
  `${adminOrigin}/store/${domain.replace(/\.myshopify\.com$/, '')}/${path}`

/** Shopify's global id of a number, as webhooks give it: `gid://shopify/Order/42`. */
export const gid = (type: string, number: number | string): string => `gid://shopify/${type}/${number}`

/** The type in a global id; '' for what is none. */
export const typeOf = (id: string): string => /^gid:\/\/shopify\/(\w+)\//.exec(id)?.[1] ?? ''
