import { type Answer, notFound, ok } from './answer.ts'
import type { Call } from './call.ts'
import { rfc3339 } from './square.ts'
import type { Location, Merchant, World } from './world.ts'

const locationsOf = ({ locations }: World, merchantId: string): Location[] =>
  [...locations.values()].filter((location) => location.merchantId === merchantId)

/** GET /v2/merchants/{id}, where `me` is who the token is of. */
export function getMerchant({ square, merchant, id }: Call): Answer {
  if (id !== 'me' && id !== merchant.merchantId) return notFound(`Merchant ${id}`)
  const { merchantId, name, country, currency, createdAt } = merchant
  const main = locationsOf(square.world, merchantId)[0]?.locationId
  return ok({
    merchant: {
      id: merchantId,
      business_name: name,
      country,
      language_code: 'en-US',
      currency,
      status: 'ACTIVE',
      ...(main === undefined ? {} : { main_location_id: main }),
      created_at: rfc3339(createdAt),
    },
  })
}

/** GET /v2/locations: all of them, closed ones too. */
export function listLocations({ square, merchant }: Call): Answer {
  const wire = ({ locationId, name, active, createdAt }: Location, { country, currency, merchantId }: Merchant) => ({
    id: locationId,
    name,
    timezone: 'America/New_York',
    capabilities: ['CREDIT_CARD_PROCESSING'],
    status: active ? 'ACTIVE' : 'INACTIVE',
    created_at: rfc3339(createdAt),
    merchant_id: merchantId,
    country,
    language_code: 'en-US',
    currency,
    business_name: merchant.name,
    type: 'PHYSICAL',
  })
  return ok({ locations: locationsOf(square.world, merchant.merchantId).map((one) => wire(one, merchant)) })
}
