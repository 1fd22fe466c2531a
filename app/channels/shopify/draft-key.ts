/** Where a draft order carries the key of its hold; the order that it becomes has it too. */
export const HOLD_ATTRIBUTE = 'vitrine-hold'
