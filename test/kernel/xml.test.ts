import { describe, expect, test } from 'vitest'
import { at, childrenOf, readXml, tag, textAt } from '#app/kernel/xml.ts'

describe('reading', () => {
  test('an answer with a declaration, namespaces, attributes and a comment', () => {
    const root = readXml(`<?xml version="1.0" encoding="UTF-8"?>
      <!-- from far away -->
      <e:Answer xmlns:e="urn:a" id='7'><e:Ack>Success</e:Ack><Price currencyID="USD"> 12.50 </Price><Empty/></e:Answer>`)
    expect(root).toMatchObject({ name: 'Answer', attributes: { id: '7', 'xmlns:e': 'urn:a' } })
    expect(textAt(root!, 'Ack')).toBe('Success')
    expect(at(root!, 'Price')).toMatchObject({ text: '12.50', attributes: { currencyID: 'USD' } })
    expect(textAt(root!, 'Empty')).toBe('')
    expect(textAt(root!, 'Nothing', 'There')).toBeNull()
  })

  test('lists keep their order', () => {
    const root = readXml('<a><b>1</b><c/><b>2</b></a>')
    expect(childrenOf(root!, 'b').map(({ text }) => text)).toEqual(['1', '2'])
  })

  test('text that was escaped, numbered or fenced in is what was meant', () => {
    const root = readXml('<a>6&quot; &amp; &#233;&#x1F48D; <![CDATA[<b>bold</b>]]> &unknown;</a>')
    expect(root?.text).toBe('6" & é💍 <b>bold</b> &unknown;')
  })

  test.each([
    ['nothing', ''],
    ['text alone', 'Service unavailable'],
    ['a page that never ends', '<html><p>Bad gateway</html>'],
    ['a tag that is left open', '<a><b></b>'],
    ['one that was never opened', '<a></a></b>'],
    ['two documents', '<a/><b/>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ])('%s is not understood', (_, text) => {
    expect(readXml(text)).toBeNull()
  })
})

describe('writing', () => {
  test('what is put in comes out as it was', () => {
    const text = `6" <chain> & 'clasp'`
    const { xml } = tag('Item', [tag('Title', text), tag('Quantity', 3), tag('Shown', true), null, undefined], {
      note: text,
    })
    const root = readXml(xml)
    expect(root?.attributes.note).toBe(text)
    expect(textAt(root!, 'Title')).toBe(text)
    expect(textAt(root!, 'Quantity')).toBe('3')
    expect(textAt(root!, 'Shown')).toBe('true')
  })
})
