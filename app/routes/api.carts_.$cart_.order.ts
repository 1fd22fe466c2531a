import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { cartApi } from '../cart-api.server.ts'
import { sync } from '../web-resources.server.ts'

/** The order that a cart has become: docs/cart-api.md. */
export const loader = ({ request, params }: LoaderFunctionArgs) =>
  cartApi(sync, { request, cart: params['cart'], about: 'order' })
export const action = ({ request, params }: ActionFunctionArgs) =>
  cartApi(sync, { request, cart: params['cart'], about: 'order' })
