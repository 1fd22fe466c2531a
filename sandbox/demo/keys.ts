import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CannotStart, systemCode } from '../cannot-start.ts'

/** What the channels and the app know of each other; names as in the app's environment. */
export type Keys = {
  SHOPIFY_API_KEY: string
  SHOPIFY_API_SECRET: string
  ETSY_KEYSTRING: string
  ETSY_SHARED_SECRET: string
  /** `whsec_` and base64, as Etsy's webhook portal shows it. */
  ETSY_WEBHOOK_SECRET: string
  SQUARE_APPLICATION_ID: string
  SQUARE_APPLICATION_SECRET: string
  SQUARE_WEBHOOK_KEY: string
  /** 32 bytes in base64: the app seals the tokens it keeps with it. */
  CREDENTIALS_KEY: string
}

function newKeys(): Keys {
  return {
    SHOPIFY_API_KEY: 'vitrine-sandbox',
    SHOPIFY_API_SECRET: `shpss_${randomBytes(16).toString('hex')}`,
    ETSY_KEYSTRING: randomBytes(12).toString('hex'),
    ETSY_SHARED_SECRET: randomBytes(5).toString('hex'),
    ETSY_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('base64')}`,
    SQUARE_APPLICATION_ID: `sq0idp-${randomBytes(12).toString('base64url')}`,
    SQUARE_APPLICATION_SECRET: `sq0csp-${randomBytes(24).toString('base64url')}`,
    SQUARE_WEBHOOK_KEY: randomBytes(16).toString('base64url'),
    CREDENTIALS_KEY: randomBytes(32).toString('base64'),
  }
}

/**
 * The keys of this checkout, made the first time and readable by its owner alone. Losing them makes sealed tokens
 * unreadable, so that a spoilt file is not replaced but reported.
 */
export async function keysIn(path: string): Promise<Keys> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return makeKeys(path)
  const wanted = Object.keys(newKeys())
  const kept = parsed(text)
  if (isKeys(kept, wanted)) return kept
  throw new CannotStart(`The keys in ${path} are spoilt; start afresh with: npm run demo -- --reset`)
}

async function makeKeys(path: string): Promise<Keys> {
  const keys = newKeys()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, JSON.stringify(keys, null, 2), { mode: 0o600, flag: 'wx' })
  return keys
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isKeys(value: unknown, wanted: string[]): value is Keys {
  return typeof value === 'object' && value !== null && wanted.every((name) => name in value)
}
