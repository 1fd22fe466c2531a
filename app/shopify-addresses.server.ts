import type { RequestHandler } from 'express'

const APP_BRIDGE = 'https://cdn.shopify.com/shopifycloud/app-bridge.js'
const ADMIN = /^https:\/\/admin\.shopify\.com(?=\/)/

/** Where Shopify's admin is, when it is not where the library believes. */
export type Addresses = { adminOrigin?: string | undefined; appBridgeUrl?: string | undefined }

/**
 * Puts these addresses into three response headers in which the Shopify library writes Shopify's own: who may frame a
 * page, which App Bridge to load ahead, and where a page opened outside the admin belongs. A header that the library
 * did not write stays unwritten. With no addresses, as in production, it changes nothing.
 */
export function shopifyAddresses({ adminOrigin, appBridgeUrl }: Addresses): RequestHandler {
  const changes: Record<string, (value: string) => string> = {}
  if (adminOrigin) {
    changes['content-security-policy'] = (value) => value.replace(/frame-ancestors [^;]*/, `$& ${adminOrigin}`)
    changes['location'] = (value) => value.replace(ADMIN, adminOrigin)
  }
  if (appBridgeUrl) changes['link'] = (value) => value.replace(APP_BRIDGE, appBridgeUrl)
  return (_request, response, next) => {
    // The library writes them in document answers, the bounce page, exit-iframe and thrown redirects alike. The
    // response itself is the one place that sees them all.
    const setHeader = response.setHeader
    response.setHeader = function (name, value) {
      const change = changes[name.toLowerCase()]
      return setHeader.call(this, name, change ? change(String(value)) : value)
    }
    next()
  }
}
