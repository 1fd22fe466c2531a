import { address, amount, secret } from '../../kernel/setting.ts'

/** What the app is told of Etsy from outside. */
export const ETSY_SETTINGS = {
  ETSY_API_URL: address.default('https://openapi.etsy.com'),
  ETSY_OAUTH_URL: address.default('https://www.etsy.com'),
  ETSY_KEYSTRING: secret.optional(),
  ETSY_SHARED_SECRET: secret.optional(),
  ETSY_WEBHOOK_SECRET: secret.optional(),
  /** what Etsy has granted this app's key, where that is not what every new app is granted */
  ETSY_CALLS_PER_SECOND: amount.optional(),
  ETSY_CALLS_PER_DAY: amount.optional(),
}
