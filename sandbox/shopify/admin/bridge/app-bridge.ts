/**
 * A stand-in for https://cdn.shopify.com/shopifycloud/app-bridge.js, built from the files beside it into one classic
 * script and served by the sandbox's admin. It has to run before React hydrates: it wraps `fetch` and defines the
 * elements on which React's effects call methods. What it does is what Shopify's documentation and libraries say of
 * the real one; how it talks with the admin is the sandbox's own.
 */
import { adminLinks, syncAddress } from './address.ts'
import { startConfig } from './config.ts'
import { wrapFetch } from './fetch.ts'
import { idTokens, reloadWithToken } from './id-token.ts'
import { defineModal } from './modal.ts'
import { press } from './pressables.ts'
import { bridgeGlobal } from './shopify-global.ts'
import { defineShownElements } from './shown-elements.ts'
import { talkTo } from './talk.ts'

function start(script: HTMLScriptElement): void {
  // Whoever served this script is the admin.
  const admin = new URL(script.src).origin
  const config = startConfig(script)
  if (window.top === window) return openInAdmin(admin, config)

  const talk = talkTo(admin)
  const idToken = idTokens(talk)
  wrapFetch(idToken)
  defineShownElements(talk)
  defineModal()
  adminLinks(talk)
  talk.hear('press', ({ key }) => press(key))
  Object.assign(window, { shopify: bridgeGlobal(talk, config, idToken) })

  const reload = new URL(location.href).searchParams.get('shopify-reload')
  if (reload) reloadWithToken(reload, idToken)
  else syncAddress(talk)
}

/** Opened outside the admin: go to the same page inside it. */
function openInAdmin(admin: string, { apiKey, shop }: { apiKey: string; shop?: string }): void {
  if (!shop) return
  const [store] = shop.split('.')
  location.replace(`${admin}/store/${store}/apps/${apiKey}${location.pathname}`)
}

if (document.currentScript instanceof HTMLScriptElement) start(document.currentScript)
