import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, test } from 'vitest'
import { shopifyAddresses, type Addresses } from '#app/shopify-addresses.server.ts'

const ELSEWHERE = { adminOrigin: 'http://127.0.0.1:4100', appBridgeUrl: 'http://127.0.0.1:4100/app-bridge.js' }

/** What a header that the app sets is when it arrives. */
async function arrives(addresses: Addresses, [name, value]: [string, string]): Promise<string | null> {
  const app = express()
  app.use(shopifyAddresses(addresses))
  app.get('/', (_, response) => void response.setHeader(name, value).end())
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' })
  server.close()
  return answer.headers.get(name)
}

test.each<[string, [string, string], string]>([
  [
    'one more origin may frame the app, and the others still may',
    [
      'Content-Security-Policy',
      'frame-ancestors https://s.myshopify.com https://admin.shopify.com; upgrade-insecure-requests',
    ],
    'frame-ancestors https://s.myshopify.com https://admin.shopify.com http://127.0.0.1:4100; upgrade-insecure-requests',
  ],
  [
    'the App Bridge that is loaded ahead is the one given',
    ['Link', '<https://cdn.shopify.com/shopifycloud/app-bridge.js>; rel="preload"; as="script";'],
    '<http://127.0.0.1:4100/app-bridge.js>; rel="preload"; as="script";',
  ],
  [
    'a way into the admin leads into the one given',
    ['Location', 'https://admin.shopify.com/store/s/apps/k'],
    'http://127.0.0.1:4100/store/s/apps/k',
  ],
  [
    'a way that only looks like it is left alone',
    ['Location', 'https://admin.shopify.com.evil.example/'],
    'https://admin.shopify.com.evil.example/',
  ],
  ['any other header is left alone', ['X-Other', 'https://admin.shopify.com/'], 'https://admin.shopify.com/'],
])('%s', async (_, header, expected) => {
  expect(await arrives(ELSEWHERE, header)).toBe(expected)
})

test('in production, where no address is given, nothing is changed', async () => {
  const header: [string, string] = ['Location', 'https://admin.shopify.com/store/s']
  expect(await arrives({}, header)).toBe('https://admin.shopify.com/store/s')
})

test('a policy that the app did not set is not made up', async () => {
  const app = express()
  app.use(shopifyAddresses(ELSEWHERE))
  app.get('/', (_, response) => void response.end())
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  server.close()
  expect(answer.headers.has('content-security-policy')).toBe(false)
})
