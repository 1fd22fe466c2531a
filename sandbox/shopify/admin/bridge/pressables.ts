import type { Pressable } from '../messages.ts'

const shownElsewhere = new Map<string, HTMLElement>()
const keys = new WeakMap<HTMLElement, string>()
let named = 0

/** The buttons and links directly inside an element, as the admin can show them. */
export function pressablesOf(element: Element): Pressable[] {
  return [...element.querySelectorAll<HTMLElement>(':scope > button, :scope > a, :scope > s-link')].map(pressable)
}

function pressable(node: HTMLElement): Pressable {
  const key = keys.get(node) ?? `p${++named}`
  keys.set(node, key)
  shownElsewhere.set(key, node)
  return {
    key,
    text: node.textContent ?? '',
    href: node.getAttribute('href'),
    primary: node.getAttribute('variant') === 'primary',
    critical: node.getAttribute('tone') === 'critical',
    disabled: node.hasAttribute('disabled'),
    home: node.getAttribute('rel') === 'home',
  }
}

/** Presses the app's own button or link on behalf of what the admin shows for it. */
export function press(key: string): void {
  const node = shownElsewhere.get(key)
  if (node?.isConnected) node.click()
  else shownElsewhere.delete(key)
}
