import { pressablesOf } from './pressables.ts'
import type { Talk } from './talk.ts'

/**
 * Elements of the app that the admin shows on its behalf. A shadow root without a slot hides what is inside, and
 * unlike a style it is no attribute that React would find changed when it hydrates.
 */
abstract class ShownByAdmin extends HTMLElement {
  readonly #watch = new MutationObserver(() => this.report())

  connectedCallback(): void {
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' })
    this.#watch.observe(this, { attributes: true, childList: true, subtree: true, characterData: true })
    this.report()
  }
  disconnectedCallback(): void {
    this.#watch.disconnect()
    this.gone()
  }
  abstract report(): void
  abstract gone(): void
}

/** Defines the app's menu, title bar and save bar. Must run before React's effects call `show` on them. */
export function defineShownElements({ tell }: Talk): void {
  const menu = () =>
    class extends ShownByAdmin {
      report() {
        tell({ bridge: 'navMenu', items: pressablesOf(this) })
      }
      gone() {
        tell({ bridge: 'navMenu', items: [] })
      }
    }
  customElements.define('ui-nav-menu', menu())
  customElements.define('s-app-nav', menu())
  customElements.define('ui-title-bar', titleBar(tell))
  customElements.define('ui-save-bar', saveBar(tell))
}

function titleBar(tell: Talk['tell']) {
  return class extends ShownByAdmin {
    report() {
      if (this.closest('ui-modal')) return
      tell({ bridge: 'titleBar', title: this.getAttribute('title'), buttons: pressablesOf(this) })
    }
    gone() {
      // When one page follows another, the new title may already be there.
      if (!document.querySelector('ui-title-bar')) tell({ bridge: 'titleBar', title: null, buttons: [] })
    }
  }
}

function saveBar(tell: Talk['tell']) {
  return class extends ShownByAdmin {
    showing = false

    report() {
      if (this.showing) tell({ bridge: 'saveBar', buttons: pressablesOf(this) })
    }
    gone() {
      void this.hide()
    }
    async show() {
      if (this.showing) return
      this.showing = true
      this.report()
      this.dispatchEvent(new Event('show'))
    }
    async hide() {
      if (!this.showing) return
      this.showing = false
      tell({ bridge: 'saveBar', buttons: null })
      this.dispatchEvent(new Event('hide'))
    }
    async toggle() {
      await (this.showing ? this.hide() : this.show())
    }
  }
}
