/**
 * From where something was done, as an opaque code of the ledger's: "page/inventory", "command/books". Of a page only
 * its first part: which item it showed is in the movement.
 */
export function originOfPage(pathname: string): string {
  const [, page] = /^\/app\/([a-z-]{1,40})(?:\/|$)/.exec(pathname) ?? []
  return `page/${page ?? 'home'}`
}
