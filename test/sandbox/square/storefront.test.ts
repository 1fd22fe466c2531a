import { expect, test } from 'vitest'
import { given, openedSeller } from './opened-seller.ts'

function visitor() {
  const world = openedSeller()
  const { sandbox } = world
  const look = async (path: string) => {
    const answer = await sandbox.fetch(new Request(`https://square.test${path}`))
    return { status: answer.status, text: await answer.text() }
  }
  const press = async (path: string, fields: Record<string, string>) =>
    (
      await sandbox.fetch(
        new Request(`https://square.test${path}`, { method: 'POST', body: new URLSearchParams(fields) }),
      )
    ).headers.get('location')
  return { ...world, look, press, has: () => world.seller.inStock(world.ring, world.main) }
}

test('the tills are found, and one shows what is there', async () => {
  const { look, main } = visitor()
  expect((await look('/')).text).toContain(`/till/${main}`)
  const { text } = await look(`/till/${main}`)
  for (const words of ['Main Street', 'R1-54', '1200.00', '<td>3</td>']) expect(text).toContain(words)
})

test('a till sells, also below zero', async () => {
  const { press, main, ring, has } = visitor()
  expect(await press(`/till/${main}/sell`, { variation_id: ring, quantity: '4' })).toBe(`/till/${main}?done=yes`)
  expect(has()).toBe(-1)
  expect(await press(`/till/${main}/sell`, { variation_id: 'nothing' })).toContain('refused=')
})

test('a till sells without network, and tells of it when that is back', async () => {
  const { press, look, main, ring, has } = visitor()
  await press(`/till/${main}/offline`, { variation_id: ring })
  expect(has()).toBe(3)
  expect((await look(`/till/${main}`)).text).toContain('1 sale made without network')
  await press(`/till/${main}/upload`, {})
  expect(has()).toBe(2)
})

test('somebody counts', async () => {
  const { press, main, ring, has } = visitor()
  await press(`/till/${main}/count`, { variation_id: ring, quantity: '9' })
  expect(has()).toBe(9)
})

test('orders are sent, cancelled, brought back and refunded on their page', async () => {
  const { press, look, seller, main, ring, has } = visitor()
  const page = `/orders/${seller.merchantId}`
  const lines = [{ variationId: ring }]
  const online = given(seller.orderOnline({ locationId: main, lines })).orderId
  expect((await look(page)).text).toContain('Sent')
  await press(page, { order: online, do: 'fulfil' })
  expect((await look(page)).text).toContain('Returned, for sale again')
  await press(page, { order: online, do: 'return' })
  expect(has()).toBe(3)
  const other = given(seller.orderOnline({ locationId: main, lines })).orderId
  await press(page, { order: other, do: 'cancel' })
  expect(has()).toBe(3)
  expect(await press(page, { order: other, do: 'cancel' })).toContain('refused=')
  const sold = given(seller.sell({ locationId: main, lines })).orderId
  await press(page, { order: sold, do: 'keep' })
  await press(page, { order: sold, do: 'refund' })
  expect(has()).toBe(2)
})

test('what is not there is not found', async () => {
  const { look, press, main, seller } = visitor()
  for (const path of ['/till/LOC999', '/orders/nobody', '/elsewhere']) expect((await look(path)).status).toBe(404)
  expect(await press(`/till/${main}/steal`, {})).toBeNull()
  expect(await press(`/orders/${seller.merchantId}`, { order: 'none', do: 'cancel' })).toBeNull()
})
