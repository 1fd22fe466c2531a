import type { Random } from '#app/kernel/clock.ts'
import { pick } from './chance.ts'
import type { Buyer } from './shop.ts'

const FIRST = ['Amelia', 'Ben', 'Carla', 'Dev', 'Elena', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jonah', 'Keiko', 'Lena']
const LAST = [
  'Abbott',
  'Brandt',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Fontaine',
  'Goldberg',
  'Hayashi',
  'Ibrahim',
  'Jensen',
]

/** Somebody who buys. The addresses end in example.com, which belongs to nobody. */
export function someBuyer(random: Random): Buyer {
  const first = pick(random, FIRST)
  const last = pick(random, LAST)
  return { name: `${first} ${last}`, email: `${first}.${last}@example.com`.toLowerCase() }
}
