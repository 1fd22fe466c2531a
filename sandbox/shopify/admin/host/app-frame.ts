import type { AdminSays, FrameSays, HostConfig } from '../messages.ts'
import { make } from './make.ts'

export type AppFrame = {
  say: (message: AdminSays) => void
  /** Hears what the app's own window says, and nobody else. */
  hear: (then: (message: FrameSays) => void) => void
  /** Loads the page of the app that the admin's address names. */
  open: () => Promise<void>
}

/** A fresh session token of the signed-in person. */
export async function sessionToken({ store, as }: HostConfig): Promise<string> {
  const answer = await fetch(`/store/${store}/session-token?as=${encodeURIComponent(as)}`)
  return (await answer.json()).token
}

/** The app's path behind the admin's address: /store/<store>/apps/<handle or key>/<path> is the app's <path>. */
export function appPath(): string {
  return location.pathname.replace(/^\/store\/[^/]+\/apps\/[^/]+/, '') || '/'
}

/** The frame the app lives in, inside `box`. */
export function appFrame(config: HostConfig, box: HTMLElement): AppFrame {
  const origin = new URL(config.appUrl).origin
  const frame = make('iframe', { title: config.appName, name: 'app-iframe', allow: 'clipboard-write' })
  return {
    say: (message) => frame.contentWindow?.postMessage(message, origin),
    hear: (then) =>
      addEventListener('message', (event: MessageEvent<FrameSays>) => {
        if (event.source === frame.contentWindow && event.origin === origin) then(event.data)
      }),
    async open() {
      frame.src = String(await firstAddress(config))
      box.append(frame)
    },
  }
}

/** What Shopify adds to the address of the first document. `?sandbox-no-token` leaves the token out, as Shopify may. */
async function firstAddress(config: HostConfig): Promise<URL> {
  const url = new URL(appPath() + location.search, config.appUrl)
  url.searchParams.delete('as')
  const withToken = !url.searchParams.has('sandbox-no-token')
  url.searchParams.delete('sandbox-no-token')
  const { shop, host, locale } = config
  const timestamp = String(Math.floor(Date.now() / 1000))
  const given = { embedded: '1', shop, host, locale, session: 'sandbox', timestamp }
  for (const [name, value] of Object.entries(given)) url.searchParams.set(name, value)
  if (withToken) url.searchParams.set('id_token', await sessionToken(config))
  return url
}
