/**
 * What the app's frame and the admin around it say to each other by postMessage. Shopify's own words are not public;
 * these are the sandbox's. Each side accepts messages only from the other's window and origin.
 */
export type FrameSays =
  | { bridge: 'ask'; id: number; question: Question }
  | { bridge: 'path'; path: string }
  | { bridge: 'navMenu'; items: Pressable[] }
  | { bridge: 'titleBar'; title: string | null; buttons: Pressable[] }
  | { bridge: 'saveBar'; buttons: Pressable[] | null }
  | { bridge: 'toast'; id: string; text: string; isError: boolean; action?: string; ms: number }
  | { bridge: 'toastHide'; id: string }
  | { bridge: 'loading'; on: boolean }
  | { bridge: 'admin'; path: string; newTab: boolean }

export type AdminSays =
  | { bridge: 'answer'; id: number; result: unknown }
  | { bridge: 'press'; key: string }
  | { bridge: 'navigate'; href: string }
  | { bridge: 'toastAction'; id: string }

export type Question =
  | { about: 'idToken' }
  | { about: 'leave' }
  | { about: 'resources'; resource: 'product' | 'variant'; multiple: boolean; search: string; action: 'add' | 'select' }

/** A button or link of the app that the admin shows; pressing it is told back by its key. */
export type Pressable = {
  key: string
  text: string
  href: string | null
  primary: boolean
  critical: boolean
  disabled: boolean
  /** In the app's menu: the link to its home page, which the admin shows as the app's name. */
  home: boolean
}

/** What the resource picker gives back for each chosen product or variant. */
export type Resource = { id: string; title: string }

/** What the admin page tells its script. */
export type HostConfig = {
  apiKey: string
  appName: string
  appUrl: string
  store: string
  shop: string
  /** Standard base64 without padding of `admin.shopify.com/store/<store>`. */
  host: string
  locale: string
  /** The admin's address of the app's root: `/store/<store>/apps/<handle>`. */
  base: string
  /** Who is signed in, as in `?as=`. */
  as: string
}
