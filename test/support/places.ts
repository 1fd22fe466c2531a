import type { Sql } from '#app/kernel/sql.ts'
import { put, type ShopRows } from './shop-rows.ts'

type Row = Record<string, unknown>

/** A further place of the shop: a safe of ours that sells, unless `row` says otherwise. */
export const addPlace = (db: Sql, shop: ShopRows, row: Row = {}): Promise<number> =>
  put(db, 'location', {
    merchant_id: shop.merchantId,
    name: 'Vault',
    kind: 'safe',
    sellable: true,
    rank: 5,
    ...row,
  })

export const addPartner = (db: Sql, shop: ShopRows, name = 'Lindqvist & Daughters'): Promise<number> =>
  put(db, 'partner', { merchant_id: shop.merchantId, name, created_at: shop.at })
