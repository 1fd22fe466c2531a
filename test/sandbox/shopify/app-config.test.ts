import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CannotStart } from '#sandbox/cannot-start.ts'
import { parseAppConfig, readAppConfig } from '#sandbox/shopify/app-config.ts'

const TOML = `
# comment with [access_scopes] in it
client_id = ""
name = "Vitrine # 1"   # a comment behind it
handle = "vitrine"
embedded = true

[access_scopes]
scopes = "read_products, write_inventory"

[webhooks]
api_version = "2026-10"

[[webhooks.subscriptions]]
topics = [
  "orders/create",
  "orders/updated", # the last one has its comma
]
uri = "/webhooks/orders"
include_fields = ["id"]

  [[webhooks.subscriptions]]
  compliance_topics = ["shop/redact"]
  uri = "/webhooks/compliance"
`

describe('the app’s configuration', () => {
  it('says what Shopify would know of the app', () => {
    expect(parseAppConfig(TOML)).toEqual({
      name: 'Vitrine # 1',
      handle: 'vitrine',
      scopes: ['read_products', 'write_inventory'],
      webhooks: [
        { topics: ['orders/create', 'orders/updated'], uri: '/webhooks/orders', includeFields: ['id'] },
        { topics: ['shop/redact'], uri: '/webhooks/compliance' },
      ],
    })
  })

  it.each([
    ['a name', /^name.*$/m],
    ['a handle', /^handle.*$/m],
    ['scopes', /^scopes.*$/m],
    ['a subscription’s address', /^uri.*$/m],
  ])('that lacks %s is refused in a sentence', (_, line) => {
    expect(() => parseAppConfig(TOML.replace(line, ''))).toThrow(CannotStart)
  })

  it('of this app is one the sandbox understands', async () => {
    const config = await readAppConfig(fileURLToPath(new URL('../../../shopify.app.toml', import.meta.url)))
    const topics = config.webhooks.flatMap((webhook) => webhook.topics)
    expect(config.scopes).toContain('write_inventory')
    expect(topics).toEqual(
      expect.arrayContaining(['orders/create', 'app/uninstalled', 'shop/redact', 'customers/redact']),
    )
  })

  it('that is not there is named', async () => {
    await expect(readAppConfig('/nowhere/shopify.app.toml')).rejects.toThrow('/nowhere/shopify.app.toml cannot be read')
  })
})
