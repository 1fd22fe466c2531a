/**
 * In SQL, the category that the item `item` (a row of the table) had at a moment: what the first change after it found,
 * else what it has.
 */
export const categoryAt = (item: string, at: string): string => `CASE WHEN EXISTS (
    SELECT FROM item_category_change g WHERE g.merchant_id = ${item}.merchant_id AND g.item_id = ${item}.id AND g.at > ${at})
  THEN (SELECT g.before ->> 'category' FROM item_category_change g WHERE g.merchant_id = ${item}.merchant_id
    AND g.item_id = ${item}.id AND g.at > ${at} ORDER BY g.at, g.id LIMIT 1)
  ELSE ${item}.category END`
