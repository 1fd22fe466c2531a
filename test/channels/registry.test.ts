import { expect, test } from 'vitest'
import { capabilitiesOf } from '#app/channels/registry.ts'

test('what a channel can do is known without opening it', () => {
  expect(capabilitiesOf('shopify')).toMatchObject({ channel: 'shopify', writes: 'moves', maximumShown: null })
  expect(capabilitiesOf('etsy')).toMatchObject({ channel: 'etsy', writes: 'absolute', maximumShown: 999 })
})

test('a channel that does not exist is a mistake, and so is a word that every object knows', () => {
  expect(() => capabilitiesOf('myspace')).toThrow('myspace')
  expect(() => capabilitiesOf('constructor')).toThrow('constructor')
})
