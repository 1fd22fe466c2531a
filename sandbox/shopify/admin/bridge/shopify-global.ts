import type { Resource } from '../messages.ts'
import type { Config } from './config.ts'
import type { GetToken } from './id-token.ts'
import type { Talk } from './talk.ts'

const TOAST_MS = 5_000

/** `window.shopify`: the members an ordinary app uses. What is not here is not part of the stand-in. */
export function bridgeGlobal(talk: Talk, config: Config, idToken: GetToken) {
  const { tell, ask } = talk
  return {
    config,
    origin: location.origin,
    ready: Promise.resolve(),
    environment: { embedded: true, mobile: false, intent: false, pos: false },
    idToken: () => idToken(),
    toast: toasts(talk),
    loading: (on = true) => tell({ bridge: 'loading', on }),
    modal: byId('ui-modal'),
    saveBar: { ...byId('ui-save-bar'), leaveConfirmation: async () => void (await ask({ about: 'leave' })) },
    resourcePicker: (wanted: Picked) => pick(talk, wanted),
    setSignals() {},
    webVitals: { onReport: async () => {} },
  }
}

type ToastOptions = { isError?: boolean; duration?: number; action?: string; onAction?: () => void }

function toasts({ tell, hear }: Talk) {
  const actions = new Map<string, () => void>()
  let shown = 0
  hear('toastAction', ({ id }) => actions.get(id)?.())
  return {
    show(text: string, { isError = false, duration = TOAST_MS, action, onAction }: ToastOptions = {}) {
      const id = `toast-${++shown}`
      if (onAction) actions.set(id, onAction)
      tell({ bridge: 'toast', id, text, isError, action, ms: duration })
      return id
    },
    hide: (id: string) => tell({ bridge: 'toastHide', id }),
  }
}

type Picked = {
  type: 'product' | 'variant' | 'collection'
  multiple?: boolean | number
  query?: string
  action?: 'add' | 'select'
}

/** Gives the chosen ones, or undefined when the person leaves the picker. */
async function pick({ ask }: Talk, { type, multiple = false, query = '', action = 'add' }: Picked) {
  if (type === 'collection') throw new TypeError('The sandbox admin picks products and variants, no collections.')
  const question = { about: 'resources', resource: type, multiple: Boolean(multiple), search: query, action } as const
  const chosen = (await ask(question)) as Resource[] | undefined
  return chosen && Object.assign([...chosen], { selection: chosen })
}

type Showable = Record<'show' | 'hide' | 'toggle', () => Promise<void>>

function byId(tag: string) {
  const call = (method: keyof Showable) => async (id: string) =>
    document.querySelector<HTMLElement & Showable>(`${tag}#${CSS.escape(id)}`)?.[method]()
  return { show: call('show'), hide: call('hide'), toggle: call('toggle') }
}
