const inOnHand = ['available', 'committed', 'damaged', 'quality_control', 'reserved', 'safety_stock']

const kept = (name: string, displayName: string) => ({
  name,
  displayName,
  belongsTo: inOnHand.includes(name) ? ['on_hand'] : [],
  comprises: [],
  isInUse: true,
})

/** Shopify's inventory states (docs: "Inventory management apps, quantities and states"). */
export const quantityNames = [
  kept('available', 'Available'),
  kept('committed', 'Committed'),
  kept('damaged', 'Damaged'),
  kept('incoming', 'Incoming'),
  { name: 'on_hand', displayName: 'On hand', belongsTo: [], comprises: inOnHand, isInUse: true },
  kept('quality_control', 'Quality control'),
  kept('reserved', 'Reserved'),
  kept('safety_stock', 'Safety stock'),
]
