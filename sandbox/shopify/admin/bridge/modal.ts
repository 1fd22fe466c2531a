import type { Pressable } from '../messages.ts'
import { press, pressablesOf } from './pressables.ts'

const WIDTH: Record<string, string> = { small: '380px', base: '620px', large: '980px', max: '95vw' }

/**
 * The app's modal. Shopify shows it over the whole admin in a frame of its own; here it is a dialog inside the app's
 * frame, so it covers the app alone.
 */
class Modal extends HTMLElement {
  /** Where app-bridge-react puts what the modal shows. */
  readonly content = document.createElement('div')
  readonly #dialog = document.createElement('dialog')
  readonly #heading = document.createElement('strong')
  readonly #buttons = document.createElement('div')
  readonly #watch = new MutationObserver(() => this.#draw())
  showing = false

  constructor() {
    super()
    this.attachShadow({ mode: 'open' })
    const dialog = this.#dialog
    dialog.style.cssText =
      'border:0;border-radius:16px;padding:0;max-width:95vw;box-shadow:0 20px 40px #0004;font:13px/1.4 Inter,system-ui,sans-serif'
    this.#heading.style.cssText = 'display:block;padding:14px 16px;background:#f3f3f3;font-size:14px'
    this.#buttons.style.cssText = 'display:flex;justify-content:end;gap:8px;padding:12px 16px'
    dialog.append(this.#heading, this.content, this.#buttons)
    dialog.addEventListener('close', () => void this.hide())
  }

  disconnectedCallback(): void {
    void this.hide()
  }

  async show(): Promise<void> {
    if (this.showing) return
    this.showing = true
    this.#draw()
    this.#watch.observe(this, { attributes: true, childList: true, subtree: true, characterData: true })
    // Not before: a foreign node in <body> while React 18 hydrates the document is a mismatch (its error 418).
    document.body.append(this.#dialog)
    this.#dialog.showModal()
    this.dispatchEvent(new Event('show'))
  }

  async hide(): Promise<void> {
    if (!this.showing) return
    this.showing = false
    this.#watch.disconnect()
    this.#dialog.close()
    this.#dialog.remove()
    this.dispatchEvent(new Event('hide'))
  }

  async toggle(): Promise<void> {
    await (this.showing ? this.hide() : this.show())
  }

  #draw(): void {
    const titleBar = this.querySelector(':scope > ui-title-bar')
    const title = titleBar?.getAttribute('title') ?? ''
    this.#heading.textContent = title
    this.#heading.hidden = title === ''
    this.#dialog.setAttribute('aria-label', title)
    this.#dialog.style.width = WIDTH[this.getAttribute('variant') ?? 'base'] ?? '620px'
    this.#buttons.replaceChildren(...(titleBar ? pressablesOf(titleBar) : []).map(button))
  }
}

function button({ key, text, primary, critical, disabled }: Pressable): HTMLButtonElement {
  const node = document.createElement('button')
  node.textContent = text
  node.disabled = disabled
  const colours = critical ? '#c70a24;color:#fff' : primary ? '#303030;color:#fff' : '#fff;color:#303030'
  node.style.cssText = `font:inherit;font-weight:550;padding:6px 12px;border-radius:8px;border:1px solid #8a8a8a;background:${colours}`
  node.addEventListener('click', () => press(key))
  return node
}

export function defineModal(): void {
  customElements.define('ui-modal', Modal)
}
