import { describe, expect, it } from 'vitest'
import { readEnv } from '#app/env.server.ts'
import { storeFromCli } from '#sandbox/demo/store-environment.ts'

// As Shopify's CLI 4.8.2 sets them.
const CLI = {
  SHOPIFY_API_KEY: 'client-id',
  SHOPIFY_API_SECRET: 'client-secret',
  HOST: 'https://some-words.trycloudflare.com',
  SCOPES: 'read_products,write_inventory',
  NODE_ENV: 'development',
  PORT: '50123',
  APP_URL: 'https://some-words.trycloudflare.com',
}
const OWN = { databaseUrl: 'postgresql://127.0.0.1/ours', credentialsKey: Buffer.alloc(32).toString('base64') }

describe('a development store, as Shopify’s CLI describes it', () => {
  it('gives the app everything it asks for', () => {
    const { port, environment } = storeFromCli(CLI)
    expect(port).toBe(50123)
    expect(readEnv(environment(OWN))).toMatchObject({
      NODE_ENV: 'production',
      DATABASE_URL: OWN.databaseUrl,
      SHOPIFY_APP_URL: 'https://some-words.trycloudflare.com',
      SHOPIFY_SCOPES: 'read_products,write_inventory',
      CREDENTIALS_KEY: OWN.credentialsKey,
    })
  })

  it('does not listen at the tunnel’s address, which the CLI calls HOST', () => {
    expect(storeFromCli(CLI).environment(OWN).HOST).toBe('127.0.0.1')
  })

  it('hands on what is set already: Etsy’s keys, and a key to seal with', () => {
    const sealing = Buffer.alloc(32, 1).toString('base64')
    const { environment } = storeFromCli({ ...CLI, ETSY_KEYSTRING: 'etsy', CREDENTIALS_KEY: sealing })
    expect(environment(OWN)).toMatchObject({ ETSY_KEYSTRING: 'etsy', CREDENTIALS_KEY: sealing })
  })

  it('sends nobody to a sandbox', () => {
    expect(readEnv(storeFromCli(CLI).environment(OWN)).SHOPIFY_ADDRESS).toBeUndefined()
  })

  it.each([
    ['without the CLI', {}, 'SHOPIFY_API_KEY, SHOPIFY_API_SECRET, HOST, PORT'],
    ['with a HOST that is an interface', { ...CLI, HOST: '0.0.0.0' }, 'HOST'],
  ])('says %s how it is to be started', (_, source, missing) => {
    expect(() => storeFromCli(source)).toThrow(
      `Start this by \`npm run dev:shopify\`: it is Shopify’s CLI that sets ${missing}.`,
    )
  })
})
