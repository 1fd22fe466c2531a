import type { FrameSays, HostConfig, Pressable } from '../messages.ts'
import { type AppFrame, appPath } from './app-frame.ts'
import { make, place } from './make.ts'

type Says<K extends FrameSays['bridge']> = Extract<FrameSays, { bridge: K }>

/** What the admin shows around the app on its behalf: its menu, title bar, save bar and toasts. */
export function bars(config: HostConfig, frame: AppFrame) {
  const button = ({ key, text, primary, critical, disabled }: Pressable) =>
    make(
      'button',
      {
        type: 'button',
        className: critical ? 'critical' : primary ? 'primary' : '',
        disabled,
        onclick: () => frame.say({ bridge: 'press', key }),
      },
      text,
    )
  let unsaved = false
  return {
    mayLeave: () => !unsaved || confirm('Leave this page? Changes that are not saved will be lost.'),
    titleBar({ title, buttons }: Says<'titleBar'>) {
      place('title').textContent = title ?? config.appName
      place('title-buttons').replaceChildren(...[...buttons].reverse().map(button))
    },
    saveBar({ buttons }: Says<'saveBar'>) {
      unsaved = buttons !== null
      place('save-bar').hidden = !unsaved
      place('save-buttons').replaceChildren(...[...(buttons ?? [])].reverse().map(button))
    },
  }
}

/** The app's entries in the admin's menu, under its name. Gives a function to draw them again for another address. */
export function appMenu(config: HostConfig, frame: AppFrame, mayLeave: () => boolean) {
  let items: Pressable[] = []
  const link = ({ href, text }: Pressable) => {
    const node = make('a', { href: config.base + (href ?? ''), className: 'sub' }, text)
    mark(node, isOpen(href))
    node.onclick = (event) => {
      event.preventDefault()
      if (href && mayLeave()) frame.say({ bridge: 'navigate', href })
    }
    return node
  }
  const draw = () => {
    const subs = items.filter(({ home }) => !home)
    place('app-menu').replaceChildren(...subs.map(link))
    // As in Shopify's menu, the name is marked only while none of its entries is.
    mark(place('app-link'), !subs.some(({ href }) => isOpen(href)))
  }
  place('app-link').onclick = (event) => {
    const home = items.find(({ home }) => home)?.href
    if (!home) return
    event.preventDefault()
    if (mayLeave()) frame.say({ bridge: 'navigate', href: home })
  }
  return {
    draw,
    show(shown: Pressable[]) {
      items = shown
      draw()
    },
  }
}

function mark(link: HTMLElement, open: boolean): void {
  if (open) link.setAttribute('aria-current', 'page')
  else link.removeAttribute('aria-current')
}

function isOpen(href: string | null): boolean {
  const path = href?.replace(/[?#].*/, '')
  return path !== undefined && (appPath() === path || appPath().startsWith(`${path}/`))
}

/** Toasts, the newest below. */
export function toasts(frame: AppFrame) {
  const shown = new Map<string, HTMLElement>()
  const hide = (id: string) => {
    shown.get(id)?.remove()
    shown.delete(id)
  }
  return {
    hide,
    show({ id, text, isError, action, ms }: Says<'toast'>) {
      const node = make('div', { className: isError ? 'toast error' : 'toast' }, text)
      if (action)
        node.append(make('button', { type: 'button', onclick: () => frame.say({ bridge: 'toastAction', id }) }, action))
      place('toasts').append(node)
      shown.set(id, node)
      setTimeout(() => hide(id), ms)
    },
  }
}
