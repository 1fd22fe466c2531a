import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { assert } from '../kernel/assert.ts'

const VERSION = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Locks texts up and opens them again. */
export type Seal = { seal(text: string): string; unseal(sealed: string): string }

/**
 * AES-256-GCM with a key of 32 bytes in base64. What was sealed says nothing but its length; what was changed since,
 * or sealed with another key, is a mistake when it is opened.
 */
export function sealWith(keyBase64: string): Seal {
  const key = Buffer.from(keyBase64, 'base64')
  assert(key.length === 32, 'a sealing key has 32 bytes')
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')}`
    },
    unseal(sealed) {
      const [version, packed] = sealed.split('.')
      assert(version === VERSION && packed, 'not a sealed text')
      const bytes = Buffer.from(packed, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}
