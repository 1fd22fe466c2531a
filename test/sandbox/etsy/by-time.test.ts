import { expect, test } from 'vitest'
import { byTime, dropBefore, insert, positionOf, remove } from '#sandbox/etsy/by-time.ts'
import { seeded, whole } from '#sandbox/jeweler/chance.ts'

test('entries stand in the order of their times, and of their ids where those are equal', () => {
  const index = byTime()
  for (const [time, id] of [
    [5, 1],
    [3, 2],
    [5, 0],
    [9, 4],
    [3, 7],
  ] as const)
    insert(index, time, id)
  expect(index.ids).toEqual([2, 7, 0, 1, 4])
  expect(index.times).toEqual([3, 3, 5, 5, 9])
})

test.each([
  [0, 0],
  [3, 0],
  [4, 2],
  [5, 2],
  [9, 4],
  [10, 5],
])('from %i on begins at position %i', (time, position) => {
  expect(positionOf({ times: [3, 3, 5, 5, 9], ids: [2, 7, 0, 1, 4] }, time)).toBe(position)
})

test('what is not there is not taken out', () => {
  const index = { times: [3, 5], ids: [1, 2] }
  remove(index, 3, 2)
  remove(index, 4, 1)
  expect(index).toEqual({ times: [3, 5], ids: [1, 2] })
  remove(index, 3, 1)
  expect(index).toEqual({ times: [5], ids: [2] })
})

test('what lies before a moment comes out, oldest first; the moment itself stays', () => {
  const index = { times: [3, 3, 5, 9], ids: [2, 7, 1, 4] }
  expect(dropBefore(index, 5)).toEqual([2, 7])
  expect(index).toEqual({ times: [5, 9], ids: [1, 4] })
})

test('after any number of changes it is what sorting would have made of them', () => {
  const random = seeded(3)
  const index = byTime()
  let plain: [time: number, id: number][] = []
  for (let id = 0; id < 2_000; id++) {
    const time = whole(random, 0, 100)
    insert(index, time, id)
    plain.push([time, id])
    if (random() < 0.4) {
      const [gone] = plain.splice(whole(random, 0, plain.length - 1), 1)
      remove(index, ...gone!)
    }
  }
  plain = plain.sort(([a, i], [b, j]) => a - b || i - j)
  expect(index.times.map((time, i) => [time, index.ids[i]])).toEqual(plain)
})
