import { isRefusal, refuse, type Refusal } from '#app/kernel/refusal.ts'
import { variantMeant } from './catalog.ts'
import type { News } from './news.ts'
import type { KeptName, Level } from './rows.ts'
import { levelAt, onHand } from './stock.ts'
import { shift } from './stock-change.ts'
import type { Store } from './store.ts'

/** States a person can write in the admin; `committed` and `incoming` are Shopify's own. */
export type StaffName = Exclude<KeptName, 'committed' | 'incoming'>

type Where = { idOrSku: string; locationId: string }

export type StaffEdit = Where &
  (
    | { kind: 'set'; name: 'available' | 'on_hand'; quantity: number }
    | { kind: 'adjust'; name: StaffName; delta: number }
    | { kind: 'move'; from: StaffName; to: StaffName; quantity: number }
  )

/** What a person does on the inventory page. It leaves no name an app could ask for. */
export function staffEdit(store: Store, edit: StaffEdit, news: News): Level | Refusal {
  const variant = variantMeant(store, edit.idOrSku)
  if (isRefusal(variant)) return variant
  if (!store.locations.get(edit.locationId)) return refuse('location', 'There is no such location.')
  const level = levelAt(store, variant.inventoryItemId, edit.locationId)
  const deltas = deltasOf(level, edit)
  if (isRefusal(deltas)) return deltas
  shift(store, { level, deltas, news })
  return level
}

function deltasOf(level: Level, edit: StaffEdit): Partial<Record<KeptName, number>> | Refusal {
  const { quantities } = level
  if (edit.kind === 'set') {
    if (edit.name === 'on_hand' && edit.quantity < 0) return refuse('quantity', "The quantity can't be negative.")
    return { available: edit.quantity - (edit.name === 'on_hand' ? onHand(level) : quantities.available) }
  }
  const deltas: Partial<Record<KeptName, number>> =
    edit.kind === 'adjust' ? { [edit.name]: edit.delta } : { [edit.from]: -edit.quantity, [edit.to]: edit.quantity }
  const names = Object.keys(deltas) as KeptName[]
  const below = names.find((name) => name !== 'available' && quantities[name] + (deltas[name] ?? 0) < 0)
  return below
    ? refuse('quantity', `There are only ${quantities[below]} pieces ${below.replaceAll('_', ' ')}.`)
    : deltas
}
