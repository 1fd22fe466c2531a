import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { assert } from '../kernel/assert.ts'

/** Seals secrets before they are kept, and opens them again. */
export type Sealer = {
  /** `about` says whose secret it is, such as `channel-account/1/7`: it cannot be opened as anything else's. */
  seal(text: string, about: string): string
  /** The text; null when it was not sealed by us about this. For what comes from outside. */
  read(sealed: string, about: string): string | null
  /** The text. A Mistake when it cannot be opened. For what we have kept ourselves. */
  open(sealed: string, about: string): string
  /** Sealed with a key that is being retired: seal it anew. */
  isStale(sealed: string): boolean
}

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
// 96 bits at random, as NIST SP 800-38D has it: safe for 2^32 secrets under one key.
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * A sealer by AES-256-GCM. The first key seals, every key opens: to rotate, put the new one in front and take the old
 * one away when nothing is stale any more. A sealed text is `s1.<key id>.<nonce, tag and ciphertext in base64url>`.
 */
export function openSealer(keys: readonly Uint8Array[]): Sealer {
  const [current] = keys
  assert(current, 'A sealer needs a key')
  for (const key of keys) assert(key.length === KEY_BYTES, `A sealing key has ${KEY_BYTES} bytes, not ${key.length}`)
  const byId = new Map(keys.map((key) => [keyId(key), key]))
  const read = (sealed: string, about: string): string | null => {
    const { version, id, payload } = partsOf(sealed)
    const key = byId.get(id)
    return version === 's1' && key ? decrypt(payload, about, key) : null
  }
  return {
    seal: (text, about) => `s1.${keyId(current)}.${encrypt(text, about, current)}`,
    read,
    open(sealed, about) {
      const text = read(sealed, about)
      assert(text !== null, `The secret of ${about}, sealed with key ${partsOf(sealed).id}, does not open with ours`)
      return text
    },
    isStale: (sealed) => partsOf(sealed).id !== keyId(current),
  }
}

/** A key's name: it tells keys apart and gives nothing away. */
const keyId = (key: Uint8Array): string =>
  createHash('sha256').update('vitrine key id').update(key).digest('hex').slice(0, 8)

function partsOf(sealed: string): { version: string; id: string; payload: Buffer } {
  const [version = '', id = '', payload = ''] = sealed.split('.')
  return { version, id, payload: Buffer.from(payload, 'base64url') }
}

function encrypt(text: string, about: string, key: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(about))
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')
}

function decrypt(payload: Buffer, about: string, key: Uint8Array): string | null {
  if (payload.length < NONCE_BYTES + TAG_BYTES) return null
  const nonce = payload.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(about)).setAuthTag(payload.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const ciphertext = payload.subarray(NONCE_BYTES + TAG_BYTES)
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
  } catch {
    // The only thing `final` throws for: one bit of the secret, or of what it is about, is another.
    return null
  }
}
