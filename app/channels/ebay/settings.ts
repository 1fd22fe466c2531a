import { z } from 'zod'
import { address, amount, secret } from '../../kernel/setting.ts'

/** What the app is told of eBay from outside. */
export const EBAY_SETTINGS = {
  EBAY_API_URL: address.default('https://api.ebay.com'),
  /** the Identity API is on a host of its own */
  EBAY_IDENTITY_URL: address.default('https://apiz.ebay.com'),
  EBAY_OAUTH_URL: address.default('https://auth.ebay.com'),
  EBAY_CLIENT_ID: secret.optional(),
  EBAY_CLIENT_SECRET: secret.optional(),
  /** eBay's name for the address that sellers are sent back to, as its developer portal shows it */
  EBAY_RUNAME: secret.optional(),
  /** ours: with it we prove to eBay that the address of notifications is ours */
  EBAY_VERIFICATION_TOKEN: z
    .string()
    .regex(/^[\w-]{32,80}$/, 'must be 32 to 80 letters, digits, underscores and hyphens')
    .optional(),
  /** where eBay writes to when it cannot reach us with notifications */
  EBAY_ALERT_EMAIL: z.email().optional(),
  /** what eBay has granted this app after its growth check */
  EBAY_INVENTORY_CALLS_PER_DAY: amount.optional(),
  EBAY_FULFILLMENT_CALLS_PER_DAY: amount.optional(),
  EBAY_TRADING_CALLS_PER_DAY: amount.optional(),
}
