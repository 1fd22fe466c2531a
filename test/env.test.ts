import { expect, test } from 'vitest'
import { readEnv } from '#app/env.server.ts'

const COMPLETE = {
  DATABASE_URL: 'postgresql://u:very-secret@127.0.0.1:5432/v',
  SHOPIFY_API_KEY: 'key',
  SHOPIFY_API_SECRET: 'shpss_secret',
  SHOPIFY_APP_URL: 'https://vitrine.example/',
  CREDENTIALS_KEY: Buffer.alloc(32, 7).toString('base64'),
}

test('a complete environment is read, with what may be left out filled in', () => {
  expect(readEnv(COMPLETE)).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    NODE_ENV: 'production',
    SHOPIFY_APP_URL: 'https://vitrine.example',
    ETSY_API_URL: 'https://openapi.etsy.com',
  })
})

test('a variable set to nothing counts as one that is not set', () => {
  expect(readEnv({ ...COMPLETE, SHOPIFY_ADDRESS: '', PORT: '' })).toMatchObject({ PORT: 3000 })
  expect(readEnv({ ...COMPLETE, SHOPIFY_ADDRESS: '' }).SHOPIFY_ADDRESS).toBeUndefined()
})

test('port 0 asks for any free port', () => {
  expect(readEnv({ ...COMPLETE, PORT: '0' }).PORT).toBe(0)
})

test.each([
  ['a missing secret', { SHOPIFY_API_SECRET: undefined }, 'SHOPIFY_API_SECRET'],
  ['a key of the wrong length', { CREDENTIALS_KEY: Buffer.alloc(16).toString('base64') }, 'CREDENTIALS_KEY'],
  ['a database that is not PostgreSQL', { DATABASE_URL: 'mysql://u:very-secret@h/v' }, 'DATABASE_URL'],
  ['an address that is not of the web', { SHOPIFY_APP_URL: 'javascript:alert(1)' }, 'SHOPIFY_APP_URL'],
  ['a port that does not exist', { PORT: '70000' }, 'PORT'],
])('%s is named, and no value is told', (_, wrong, name) => {
  const read = () => readEnv({ ...COMPLETE, ...wrong })
  expect(read).toThrow(name)
  expect(read).not.toThrow(/secret@|shpss|alert|AAAA/)
})

test('everything that is wrong is named at once', () => {
  expect(() => readEnv({})).toThrow(
    /DATABASE_URL.*SHOPIFY_API_KEY.*SHOPIFY_API_SECRET.*SHOPIFY_APP_URL.*CREDENTIALS_KEY/,
  )
})
