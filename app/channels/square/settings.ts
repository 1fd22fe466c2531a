import { address, amount, secret } from '../../kernel/setting.ts'

/** What the app is told of Square from outside. */
export const SQUARE_SETTINGS = {
  /** of the API and of the consent page: Square has one address for both */
  SQUARE_URL: address.default('https://connect.squareup.com'),
  SQUARE_APPLICATION_ID: secret.optional(),
  SQUARE_APPLICATION_SECRET: secret.optional(),
  SQUARE_WEBHOOK_KEY: secret.optional(),
  /** calls a second to one merchant, where more or less than ours is known to be good */
  SQUARE_CALLS_PER_SECOND: amount.optional(),
}
