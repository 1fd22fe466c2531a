import { describe, expect, test } from 'vitest'
import { Mistake } from '#app/kernel/assert.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'

const OLD = new Uint8Array(32).fill(1)
const NEW = new Uint8Array(32).fill(2)
const SECRET = '{"accessToken":"12345.a-töken"}'

describe('a sealed secret', () => {
  test('opens with the key and for the use it was sealed for', () => {
    const sealer = openSealer([OLD])
    const sealed = sealer.seal(SECRET, 'account/1')
    expect(sealer.open(sealed, 'account/1')).toBe(SECRET)
    expect(sealed).not.toContain('12345')
  })

  test('is another text every time', () => {
    const sealer = openSealer([OLD])
    expect(sealer.seal(SECRET, 'account/1')).not.toBe(sealer.seal(SECRET, 'account/1'))
  })

  test('is not opened as the secret of another', () => {
    const sealer = openSealer([OLD])
    const sealed = sealer.seal(SECRET, 'account/1')
    expect(sealer.read(sealed, 'account/2')).toBeNull()
    expect(() => sealer.open(sealed, 'account/2')).toThrow(Mistake)
  })

  test('does not open with another key, which is said without the secret', () => {
    const sealed = openSealer([OLD]).seal(SECRET, 'account/1')
    expect(() => openSealer([NEW]).open(sealed, 'account/1')).toThrow(/account\/1, sealed with key [0-9a-f]{8}/)
  })

  test('with any one letter changed does not open', () => {
    const sealer = openSealer([OLD])
    const sealed = sealer.seal('short', 'account/1')
    const whole = sealer.read(sealed, 'account/1')
    expect(whole).toBe('short')
    // The last letter carries bits that mean nothing.
    for (let i = 0; i < sealed.length - 1; i++) {
      const other = sealed[i] === 'A' ? 'B' : 'A'
      expect(sealer.read(sealed.slice(0, i) + other + sealed.slice(i + 1), 'account/1'), `letter ${i}`).toBeNull()
    }
  })

  test.each(['', 'plain text', 's1', 's1..', 's1.00000000.AAAA', 'a.b.c.d'])('is not %j', (text) => {
    expect(openSealer([OLD]).read(text, 'account/1')).toBeNull()
  })
})

describe('when the key is changed', () => {
  const sealed = openSealer([OLD]).seal(SECRET, 'account/1')

  test('the old secrets still open, and are known to be stale', () => {
    const sealer = openSealer([NEW, OLD])
    expect(sealer.open(sealed, 'account/1')).toBe(SECRET)
    expect(sealer.isStale(sealed)).toBe(true)
  })

  test('new secrets are sealed with the new key alone', () => {
    const fresh = openSealer([NEW, OLD]).seal(SECRET, 'account/1')
    expect(openSealer([NEW]).open(fresh, 'account/1')).toBe(SECRET)
    expect(openSealer([NEW, OLD]).isStale(fresh)).toBe(false)
  })
})

test.each([[[]], [[new Uint8Array(16)]], [[NEW, new Uint8Array(31)]]])('a sealer is not opened with %j', (keys) => {
  expect(() => openSealer(keys)).toThrow(Mistake)
})
