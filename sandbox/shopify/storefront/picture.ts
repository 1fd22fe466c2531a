import { html, type Markup } from '../../markup.ts'

/** Line drawings by kind of piece: a shop without pictures is hard to look at, and photographs would be somebody's. */
const DRAWINGS: [RegExp, Markup][] = [
  [
    /earring/i,
    html`<circle cx="34" cy="30" r="6" /><circle cx="66" cy="30" r="6" /><path
        d="M34 36v12m32-12v12M34 48l9 16-9 12-9-12zM66 48l9 16-9 12-9-12z"
      />`,
  ],
  // After the earrings, whose name it is part of.
  [/ring|band/i, html`<circle cx="50" cy="60" r="24" /><path d="M40 30h20l6 8-16 14-16-14zM34 38h32" />`],
  [/necklace|pendant|set/i, html`<path d="M22 18c2 34 16 44 28 48 12-4 26-14 28-48M50 66l8 9-8 11-8-11z" />`],
  [/bracelet/i, html`<ellipse cx="50" cy="52" rx="32" ry="22" /><ellipse cx="50" cy="52" rx="25" ry="15" />`],
  [/stone/i, html`<path d="M30 30h40l14 16-34 36-34-36zM16 46h68M30 30l12 16 8 36 8-36 12-16M42 46l8-16 8 16" />`],
  [/gift/i, html`<rect x="18" y="32" width="64" height="40" rx="5" /><path d="M18 46h64M36 32v40" />`],
]
const OTHER = html`<path d="M50 18l9 22 24 2-18 16 6 24-21-13-21 13 6-24-18-16 24-2z" />`

const GROUNDS = ['#f3ece2', '#e9eef2', '#f2e9ec', '#ebf0e8', '#efeaf4']

export function picture(title: string, type: string): Markup {
  const drawing = DRAWINGS.find(([kind]) => kind.test(`${type} ${title}`))?.[1] ?? OTHER
  const ground = GROUNDS[[...title].reduce((sum, c) => sum + c.charCodeAt(0), 0) % GROUNDS.length] ?? '#eee'
  return html`<svg
    class="picture"
    viewBox="0 0 100 100"
    style="background:${ground}"
    fill="none"
    stroke="#5b4a33"
    stroke-width="2.5"
    stroke-linejoin="round"
    role="img"
    aria-label="${title}"
  >
    ${drawing}
  </svg>`
}
