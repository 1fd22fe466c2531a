import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CannotStart } from '#sandbox/cannot-start.ts'
import { environmentOf } from '#sandbox/demo/environment.ts'
import { keysIn } from '#sandbox/demo/keys.ts'
import { APP_CONFIG } from '#test/support/world.ts'

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-keys-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'data', 'keys.json')
}

describe('the keys of a checkout', () => {
  it('are made once, for their owner alone, and stay', async () => {
    const path = await place()
    const keys = await keysIn(path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await keysIn(path)).toEqual(keys)
    expect(await keysIn(await place())).not.toEqual(keys)
  })

  it('have the form each side wants', async () => {
    const keys = await keysIn(await place())
    expect(Buffer.from(keys.CREDENTIALS_KEY, 'base64')).toHaveLength(32)
    expect(keys.ETSY_WEBHOOK_SECRET).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/)
  })

  it('that are spoilt are not replaced: what they sealed would be lost', async () => {
    const path = await place()
    await keysIn(path)
    for (const spoilt of ['{"SHOPIFY_API_KEY":"x"}', 'not JSON']) {
      await writeFile(path, spoilt)
      await expect(keysIn(path)).rejects.toThrow(CannotStart)
      expect(await readFile(path, 'utf8')).toBe(spoilt)
    }
  })
})

describe('what the app is told of the outside world', () => {
  it('is every name of the contract, with addresses of this machine alone', async () => {
    const keys = await keysIn(await place())
    const env = environmentOf({
      port: 4100,
      keys,
      config: APP_CONFIG,
      databaseUrl: 'postgresql://x@127.0.0.1:5/postgres',
    })
    expect(env).toMatchObject({
      ...keys,
      SHOPIFY_APP_URL: 'http://127.0.0.1:4101',
      SHOPIFY_ADDRESS: 'http://127.0.0.1:4100',
      ADMIN_ORIGIN: 'http://127.0.0.1:4100',
      APP_BRIDGE_URL: 'http://127.0.0.1:4100/app-bridge.js',
      ETSY_API_URL: 'http://127.0.0.1:4102',
      ETSY_OAUTH_URL: 'http://127.0.0.1:4102',
      SQUARE_URL: 'http://127.0.0.1:4103',
      SHOPIFY_SCOPES: APP_CONFIG.scopes.join(','),
      DATABASE_URL: 'postgresql://x@127.0.0.1:5/postgres',
    })
  })
})
