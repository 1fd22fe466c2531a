import type { Talk } from './talk.ts'

/** What the admin adds to the app's address and never shows in its own. */
const ADMINS_OWN = ['shop', 'host', 'embedded', 'id_token', 'locale', 'hmac', 'timestamp', 'session']

/** Keeps the admin's address in step with the app's, and lets the admin's menu lead the app. */
export function syncAddress({ tell, hear }: Talk): void {
  const tellPath = () => tell({ bridge: 'path', path: location.pathname + shown(location.search) + location.hash })
  const { pushState, replaceState } = history
  history.pushState = (...args) => {
    pushState.apply(history, args)
    tellPath()
  }
  history.replaceState = (...args) => {
    replaceState.apply(history, args)
    tellPath()
  }
  addEventListener('popstate', tellPath)
  hear('navigate', ({ href }) => navigate(href))
  tellPath()
}

function shown(search: string): string {
  const query = new URLSearchParams(search)
  for (const name of ADMINS_OWN) query.delete(name)
  return query.size > 0 ? `?${query}` : ''
}

/** The library's AppProvider hears shopify:navigate and reads the target's href. */
function navigate(href: string): void {
  const link = document.createElement('a')
  link.setAttribute('href', href)
  link.hidden = true
  document.body.append(link)
  link.dispatchEvent(new Event('shopify:navigate', { bubbles: true }))
  link.remove()
}

const ADMIN_PAGE = /^(?:shopify:\/*admin|https:\/\/admin\.shopify\.com\/store\/[^/]+)(\/.*)$/

/** `shopify:admin/…` and https://admin.shopify.com/store/… are pages of the admin around the app. */
export function adminLinks({ tell }: Talk): void {
  const plain = window.open.bind(window)
  const lead = (url: string, newTab: boolean): boolean => {
    const path = ADMIN_PAGE.exec(url)?.[1]
    if (path) tell({ bridge: 'admin', path, newTab })
    return path !== undefined
  }
  window.open = (url, target, features) =>
    lead(String(url ?? ''), target === '_blank') ? null : plain(url, target, features)
  // While capturing: a router that takes every click of a link must not take these.
  addEventListener(
    'click',
    (event) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null
      if (!link || !lead(link.getAttribute('href') ?? '', link.getAttribute('target') === '_blank')) return
      event.preventDefault()
      event.stopPropagation()
    },
    { capture: true },
  )
}
