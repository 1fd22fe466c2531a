import type { ActionFunctionArgs } from '@remix-run/node'
import { ebayInventoryCheck } from '../ebay-inventory-check.server.ts'
import { sync } from '../web-resources.server.ts'

/** eBay asks, before a buyer pays, whether the pieces are there. What it does not understand of our answer lets him pay. */
export const action = ({ request }: ActionFunctionArgs) => ebayInventoryCheck(sync, request)
