import { expect, test } from 'vitest'
import { readXmp } from './read-xmp.ts'

const packet = (inside: string): string =>
  `<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>${inside}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

test('attributes and elements say the same, in either quotes', () => {
  const attributes = `<rdf:Description rdf:about="" xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"
    drone-dji:RelativeAltitude="+40.00" drone-dji:GimbalPitchDegree='-89.90'/>`
  const elements = `<rdf:Description><drone-dji:RelativeAltitude> +40.00
    </drone-dji:RelativeAltitude><drone-dji:GimbalPitchDegree>-89.90</drone-dji:GimbalPitchDegree></rdf:Description>`
  const expected = [
    ['drone-dji:RelativeAltitude', '+40.00'],
    ['drone-dji:GimbalPitchDegree', '-89.90'],
  ]
  expect([...readXmp(packet(attributes))]).toEqual(expected)
  expect([...readXmp(packet(elements))]).toEqual(expected)
})

test('what lies in a structure bears its name, whichever way it is written', () => {
  const elements = `<rdf:Description><s:Camera rdf:parseType="Resource"><s:Pitch>-60</s:Pitch></s:Camera><s:Pitch>3</s:Pitch></rdf:Description>`
  const attributes = `<rdf:Description s:Pitch="3"><s:Camera s:Pitch="-60"/></rdf:Description>`
  const nested = `<s:Camera><rdf:Description s:Pitch="-60"/></s:Camera><rdf:Description s:Pitch="3"/>`
  for (const text of [elements, attributes, nested]) {
    const found = readXmp(packet(text))
    expect([found.get('s:Camera/s:Pitch'), found.get('s:Pitch'), found.size]).toEqual(['-60', '3', 2])
  }
})

test('packets that are not well-formed still give what can be read; the first of equal names counts', () => {
  const broken = `<rdf:Description a:One="1" a:One="2" a:Two="2><a:Three>3<a:Four b:Five="5 &lt; 6 &amp; &unknown;"`
  const found = readXmp(packet(`${broken}/><a:Six>6</a:Six>`))
  expect(found.get('a:One')).toBe('1')
  expect([...found.values()]).toContain('5 < 6 & &unknown;')
  expect([...found].some(([name, value]) => name.endsWith('a:Six') && value === '6')).toBe(true)
})

test.each([
  ['nothing', ''],
  ['an open tag', '<rdf:Description a:b="'],
  ['a declared entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><a:b>&e;</a:b>'],
  ['endless names', `<${'a'.repeat(200_000)}`],
  ['many open quotes', `<a:b ${`c:d="e `.repeat(20_000)}>`],
  ['deep nesting', '<a:b>'.repeat(50_000)],
  ['closing tags only', '</a:b>'.repeat(10_000)],
])('%s is no danger', (_, text) => {
  const found = readXmp(text)
  expect(found.size).toBeLessThanOrEqual(4096)
  expect([...found.values()].join('')).not.toContain('root:')
})
