/** One element with its fields and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  fields: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = Object.assign(document.createElement(tag), fields)
  node.append(...children)
  return node
}

/** The element with this id, which the server has put on the page. */
export function place(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The admin page has no #${id}`)
  return found
}
