/** Pieces of an item for sale as SQL, by its scarcest part where it is a bundle; null for one made to order. */
export const forSaleOf = (item: string): string => `CASE WHEN ${item}.kind = 'made_to_order' THEN NULL
  WHEN ${item}.kind = 'bundle' THEN COALESCE((SELECT min(of_part.n / c.needs) FROM bundle_component c, LATERAL (${sellable('c.merchant_id', 'c.component_id')}) of_part
    WHERE c.merchant_id = ${item}.merchant_id AND c.bundle_id = ${item}.id AND c.until IS NULL), 0)
  ELSE (${sellable(`${item}.merchant_id`, `${item}.id`)}) END`

function sellable(merchant: string, item: string): string {
  return `SELECT COALESCE(sum(b.available), 0)::int AS n FROM balance b
    JOIN location place ON place.merchant_id = b.merchant_id AND place.id = b.location_id
    WHERE b.merchant_id = ${merchant} AND b.item_id = ${item} AND place.sellable`
}
