import type { Context, Fields } from '../context.ts'
import { gid } from '../gid.ts'
import { API_VERSION } from '../schema.ts'
import type { BulkOperation, Staff, Subscription } from '../rows.ts'
import type { Store } from '../store.ts'

// The sandbox has one app, so one number serves it and its installation.
const APP_NUMBER = 1

const scope = (handle: string) => ({ handle, description: handle.replaceAll('_', ' ') })

/** The app as Shopify's `App`. */
export const appOf = ({ env: { app } }: Store) => ({
  id: gid('App', APP_NUMBER),
  apiKey: app.apiKey,
  title: app.name ?? 'App',
  handle: (app.name ?? 'app').toLowerCase().replaceAll(' ', '-'),
  embedded: true,
  requestedAccessScopes: app.scopes.map(scope),
  webhookApiVersion: API_VERSION,
})

/** `AppInstallation`: its scopes are what the merchant granted, not what the app asks for. */
export const installationOf = (store: Store) => ({
  id: gid('AppInstallation', APP_NUMBER),
  accessScopes: store.installation.scopes.map(scope),
  app: appOf(store),
  launchUrl: store.env.app.url,
  uninstallUrl: null,
  activeSubscriptions: [],
})

/** `Shop`, on the plan whose limits are the sandbox's default. */
export const shopOf = ({ facts }: Store) => ({
  id: facts.id,
  name: facts.name,
  email: facts.email,
  contactEmail: facts.email,
  myshopifyDomain: facts.domain,
  url: `https://${facts.domain}`,
  primaryDomain: { id: gid('Domain', 1), host: facts.domain, url: `https://${facts.domain}`, sslEnabled: true },
  currencyCode: facts.currency,
  enabledPresentmentCurrencies: [facts.currency],
  ianaTimezone: facts.timeZone,
  taxesIncluded: false,
  weightUnit: 'GRAMS',
  unitSystem: 'METRIC_SYSTEM',
  plan: { publicDisplayName: 'Basic', displayName: 'Basic', partnerDevelopment: false, shopifyPlus: false },
  createdAt: facts.createdAt,
})

export const staffFields: Fields = {
  name: ({ firstName, lastName }: Staff) => `${firstName} ${lastName}`,
  initials: ({ firstName, lastName }: Staff) => [firstName.slice(0, 1), lastName.slice(0, 1)],
  active: () => true,
  exists: () => true,
  phone: () => null,
  accountType: () => 'REGULAR',
}

export const subscriptionFields: Fields = {
  callbackUrl: ({ uri }: Subscription) => uri,
  endpoint: ({ uri }: Subscription) => ({ __typename: 'WebhookHttpEndpoint', callbackUrl: uri }),
  apiVersion: () => ({ handle: API_VERSION, displayName: API_VERSION, supported: true }),
  format: () => 'JSON',
  filter: () => null,
  metafieldNamespaces: () => [],
  metafields: () => [],
}

/** The address of a result is good for seven days and needs no token (docs: "Perform bulk operations"). */
export const bulkFields: Fields = {
  type: () => 'QUERY',
  url: ({ file }: BulkOperation, _: object, { store }: Context) => {
    const origin = store.env.publicUrl ?? `https://${store.facts.domain}`
    return file && `${origin}/bulk-operation-outputs/${file}`
  },
  partialDataUrl: () => null,
}
