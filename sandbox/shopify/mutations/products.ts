import type { Context, Mutations } from '../context.ts'
import { notInSandbox } from '../context.ts'
import { deleteProduct, touchProduct } from '../catalog.ts'
import { shopOf } from '../fields/app.ts'
import { acting } from '../news.ts'

type Update = {
  id?: string
  title?: string
  status?: string
  tags?: string[]
  vendor?: string
  productType?: string
  descriptionHtml?: string
}

const KNOWN = ['title', 'status', 'tags', 'vendor', 'productType', 'descriptionHtml', 'handle']

/** `productUpdate` and `productDelete`, as far as archiving, renaming and deleting go. */
export const productMutations: Mutations = {
  productUpdate: ({ product: update }: { product?: Update }, { store }: Context) => {
    if (!update) throw notInSandbox('productUpdate without its argument product')
    const { id, ...rest } = update
    // The schema fills in two defaults, both false.
    const given = Object.entries(rest).filter(([, value]) => (value as unknown) !== false)
    const strange = given.find(([name]) => !KNOWN.includes(name))?.[0]
    const changes = Object.fromEntries(given)
    if (strange) throw notInSandbox(`ProductUpdateInput.${strange}`)
    const product = store.products.get(id ?? '')
    if (!product) return { product: null, userErrors: [{ field: ['id'], message: 'Product does not exist' }] }
    acting(store, (news) => {
      Object.assign(product, changes)
      touchProduct(store, product, news)
    })
    return { product, userErrors: [] }
  },
  productDelete: ({ input: { id } }: { input: { id: string } }, { store }: Context) => {
    const product = store.products.get(id)
    const shop = shopOf(store)
    const nothing = { deletedProductId: null, productDeleteOperation: null, shop }
    if (!product) return { ...nothing, userErrors: [{ field: ['id'], message: 'Product does not exist' }] }
    acting(store, (news) => deleteProduct(store, product, news))
    return { ...nothing, deletedProductId: id, userErrors: [] }
  },
}
