import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { serve } from '#sandbox/http.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What `npm run dev:shopify` comes to, with the words of Shopify's CLI; the CLI itself needs an account. */
function launched(words: Record<string, string>) {
  const data = mkdtempSync(join(tmpdir(), 'vitrine-store-'))
  // Started by root where user namespaces are forbidden, PostgreSQL runs as nobody and must pass through.
  chmodSync(data, 0o755)
  const { DATABASE_URL: _, ...env } = process.env
  const args = ['sandbox/development-store.ts', '--data', data]
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, ...words },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(data, { recursive: true, force: true })
  })
  return { said: () => said, ended, stop: () => (child.kill('SIGTERM'), ended) }
}

async function freePort(): Promise<number> {
  const served = await serve(async () => new Response(), { port: 0, clock: systemClock })
  await served.close()
  return served.port
}

it('Shopify’s CLI starts the app and its worker behind its tunnel, and ends them', async () => {
  const port = await freePort()
  const { said, stop } = launched({
    SHOPIFY_API_KEY: 'client-id',
    SHOPIFY_API_SECRET: 'client-secret',
    HOST: 'https://some-words.trycloudflare.com',
    SCOPES: 'read_products',
    PORT: String(port),
  })
  await expect.poll(said, { timeout: 90_000, interval: 100 }).toContain('Vitrine is ready')
  const healthy = () => fetch(`http://127.0.0.1:${port}/healthz`)
  expect(await (await healthy()).text()).toBe('ok')
  // Only Shopify's admin may frame it: nothing of the sandbox's addresses is left in it.
  const page = await fetch(`http://127.0.0.1:${port}/app?shop=a-store.myshopify.com&embedded=1`, { redirect: 'manual' })
  const framedBy = page.headers.get('content-security-policy') ?? ''
  expect(framedBy).toMatch(/^frame-ancestors .*https:\/\/admin\.shopify\.com/)
  expect(framedBy).not.toContain('127.0.0.1')
  expect(await stop()).toBe(0)
  await expect(healthy()).rejects.toThrow()
})

it('says how it is to be started', async () => {
  const { said, ended } = launched({})
  expect(await ended).toBe(1)
  expect(said().trim()).toMatch(/^Start this by `npm run dev:shopify`: it is Shopify’s CLI that sets .*HOST/)
})
