import { describe, expect, it } from 'vitest'
import { dollars, html, jsonScript, page, seeOther } from '#sandbox/markup.ts'

describe('markup', () => {
  it.each([
    [
      'text is escaped',
      html`<b>${'Adler & <Finch> "x" \'y\''}</b>`,
      '<b>Adler &amp; &lt;Finch&gt; &quot;x&quot; &#39;y&#39;</b>',
    ],
    ['markup is not', html`<p>${html`<b>1</b>`}</p>`, '<p><b>1</b></p>'],
    ['lists are put one after another', html`${['a', html`<i></i>`, 3]}`, 'a<i></i>3'],
    ['what is absent shows nothing', html`${false}${null}${undefined}${''}`, ''],
    ['zero is shown', html`${0}`, '0'],
  ])('%s', (_, made, expected) => {
    expect(made.markup).toBe(expected)
  })

  it('keeps a title from ending the script it is data of', () => {
    const { markup } = jsonScript('config', { title: '</script><script>alert(1)</script>' })
    expect(markup.match(/<\/script>/g)).toHaveLength(1)
    expect(JSON.parse(markup.replace(/<[^>]*>/g, ''))).toEqual({ title: '</script><script>alert(1)</script>' })
  })

  it('makes pages no browser keeps, and ways to other pages', async () => {
    const answer = page(html`<p>7 left</p>`, 409)
    expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([
      409,
      'no-store',
      '<!doctype html>\n<p>7 left</p>',
    ])
    expect(seeOther('/shop').headers.get('location')).toBe('/shop')
  })

  it('writes dollars as the shop does', () => {
    expect([dollars('1240.00'), dollars(9.5)]).toEqual(['$1,240.00', '$9.50'])
  })
})
