// The grammar of what the ledger's columns may hold (docs/books.md). It is sealed for ever: a name in it could never be
// erased. So a segment is a word of ours in small letters, or something with a digit in it, which names of people have not.

const SEGMENT = /^(?:[a-z]+(?:-[a-z]+)*|(?=[^/]*\d)[A-Za-z0-9][A-Za-z0-9_.:@+-]{0,199})$/

// Shopify's ids have words and slashes of their own.
const SHOPIFY_ID = /gid:\/\/shopify\/[A-Z][A-Za-z]{0,40}\/\d+/g

/** Whether an address (a key, a cause) says nothing but words of ours and ids. */
export const isOpaque = (address: string): boolean =>
  address
    .replaceAll(SHOPIFY_ID, '1')
    .split('/')
    .every((segment) => SEGMENT.test(segment))

/** Whether it is how the ledger names somebody. */
export const isActor = (actor: string): boolean =>
  /^(?:app|person\/\d+|rule\/\d+|channel\/\d+(?:\/person)?)$/.test(actor)

/** Whether it is how the ledger says from where something was done. */
export const isOrigin = (origin: string | null): boolean =>
  origin === null || /^(?:page|command)\/[a-z-]{1,40}$/.test(origin)
