import { type Html, html } from './html.ts'
import type { Listing } from './world.ts'

const SHAPES: [RegExp, string][] = [
  [
    /earring|stud|hoop/i,
    '<circle cx="78" cy="82" r="16"/><circle cx="122" cy="82" r="16"/><path d="M78 66V50M122 66V50"/>',
  ],
  [
    /chain|necklace|pendant/i,
    '<path d="M60 34C62 84 86 100 100 100s38-16 40-66"/><path d="m100 100-9 14 9 14 9-14z"/>',
  ],
  [/bracelet|bangle|cuff/i, '<ellipse cx="100" cy="78" rx="46" ry="30"/><ellipse cx="100" cy="78" rx="38" ry="22"/>'],
  [
    /stone|sapphire|diamond|opal|ruby|emerald/i,
    '<path d="M70 56h60l18 20-48 48-48-48z"/><path d="M52 76h96M70 56l30 68 30-68"/>',
  ],
]
const RING = '<circle cx="100" cy="88" r="34"/><path d="m100 54-13-14 6-9h14l6 9z"/>'

/** A drawing in place of the photograph a listing would have. */
export function picture({ title, listingId }: Listing): Html {
  const shape = SHAPES.find(([words]) => words.test(title))?.[1] ?? RING
  const hue = (listingId * 47) % 360
  return html`<svg
    class="art"
    viewBox="0 0 200 150"
    role="img"
    aria-label="${title}"
    style="background:hsl(${hue} 35% 90%)"
  >
    <g fill="none" stroke="hsl(${hue} 35% 35%)" stroke-width="4">${{ html: shape }}</g>
  </svg>`
}
