import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { cartApi } from '../cart-api.server.ts'
import { sync } from '../web-resources.server.ts'

/** All carts of a shop front: docs/cart-api.md. */
export const loader = ({ request }: LoaderFunctionArgs) => cartApi(sync, { request })
export const action = ({ request }: ActionFunctionArgs) => cartApi(sync, { request })
