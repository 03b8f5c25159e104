import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, openBrowser } from '../../../../test/support/browser.ts'
import { RULE_NAMES } from '../advice/rules.ts'
import { profileSet } from '../profile-set.ts'
import { MEASURE_NAMES } from '../set/measures.ts'
import type { SetProfile } from '../set/set-profile.ts'
import { folderSource } from '../source/folder-source.ts'
import { htmlReport } from './html-report.ts'
import { markup } from './markup.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { linearTicks, makeAxis, tickLabel } from './plots/axis.ts'
import { textReport } from './text-report.ts'

/** A name that would run if it were not escaped, as text, as an attribute, and inside a script. */
const HOSTILE = `<img src=x onerror=alert(1)>"'&<script>alert(2)</script>.png`.replaceAll('/', '∕')

let root: string
let report: SetProfile
let page: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'skyloop-report-'))
  await mkdir(join(root, 'images'))
  await mkdir(join(root, 'labels'))
  for (let k = 0; k < 10; k++) {
    const pixels = Buffer.from(Uint8Array.from({ length: 48 * 36 * 3 }, (_, i) => (i * (k + 3) * 7) % 251))
    const name = k === 0 ? HOSTILE : `f${k % 3}-${k}.png`
    const png = sharp(pixels, { raw: { width: 48, height: 36, channels: 3 } }).png()
    await writeFile(join(root, 'images', name), await png.toBuffer())
    await writeFile(join(root, 'labels', name.replace('.png', '.txt')), k === 1 ? '' : '0 .5 .5 .2 .2\n')
  }
  await writeFile(join(root, 'images/broken.jpg'), 'x')
  await writeFile(join(root, 'classes.txt'), '</script><b onclick=alert(3)>\n')
  const lines = Array.from({ length: 9 }, (_, k) => ({
    image: `images/f${(k + 1) % 3}-${k + 1}.png`,
    flight: '"><svg onload=alert(4)>',
    altitudeM: 50 + k,
    latitude: 50 + k / 1e4,
    longitude: 10,
    headingDeg: 10 * k,
    gimbalPitchDeg: -90,
    gsdM: 0.02,
  }))
  await writeFile(join(root, 'metadata.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const source = await folderSource(root)
  ;({ profile: report } = await profileSet(source, { now: new Date(0), threads: 2 }))
  page = await htmlReport(report, source)
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('the page', () => {
  test('has every part, and says what to do first', () => {
    const parts = [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id)
    expect(parts).toEqual([
      'advice',
      'extremes',
      'labels',
      'map',
      'distributions',
      'relations',
      'flights',
      'unreadable',
      'images',
    ])
    expect(page).toContain('1 of 11 images cannot be read')
  })

  test('lets nothing in that a set brought along', () => {
    expect(page).not.toMatch(/<img src=x|<b onclick|<svg onload|<script>alert/)
    // Two scripts: the data, which is no program, and the program, which its policy names by its hash.
    expect(page.match(/<script/g)).toHaveLength(2)
    expect(page.match(/<\/script/g)).toHaveLength(2)
    const digest = createHash('sha256').update(PAGE_SCRIPT).digest('base64')
    expect(page).toContain(`script-src 'sha256-${digest}'`)
    expect(page).toContain(`<script>${PAGE_SCRIPT}</script>`)
  })

  test('asks nothing of the network', () => {
    expect(page.match(/(?:src|href)="(?!data:image\/webp;base64,|#)[^"]*"/g)).toBeNull()
    expect(page).not.toMatch(/url\(|@import|fetch\(|https?:\/\//)
  })

  test.skipIf(!CHROMIUM)('works in a browser: sorts, filters, and runs nothing of the set', async () => {
    const browser = await openBrowser()
    try {
      const tab = await browser.newPage()
      const seen: string[] = []
      tab.on('dialog', (dialog) => {
        seen.push(dialog.message())
        void dialog.dismiss()
      })
      tab.on('pageerror', (error) => seen.push(error.message))
      tab.on('console', (message) => seen.push(message.text()))
      tab.on('request', (request) => {
        if (!/^(file|data):/.test(request.url())) seen.push(request.url())
      })
      const file = join(root, 'page.html')
      await writeFile(file, page)
      await tab.goto(`file://${file}`)
      const names = () => tab.locator('#table tbody tr .file span').allTextContents()
      expect(await names()).toHaveLength(10)
      expect((await names()).filter((name) => name.includes('onerror'))).toEqual([`images/${HOSTILE}`])
      await tab.getByRole('button', { name: 'Sharpness' }).click()
      const sharpest = report.images.toSorted((a, b) => b.sharpness - a.sharpness).map(({ path }) => path)
      expect(await names()).toEqual(sharpest)
      await tab.getByRole('button', { name: 'Sharpness' }).click()
      expect(await names()).toEqual(sharpest.toReversed())
      await tab.getByRole('searchbox').fill('f1-4')
      expect(await names()).toEqual(['images/f1-4.png'])
      expect(seen).toEqual([])
    } finally {
      await browser.close()
    }
  })
})

test('markup escapes every value that is not markup, and shows what would hide', () => {
  expect(markup`<p title="${'a"b'}">${['<', markup`<b>${'&'}</b>`, undefined, 3]}</p>`.text).toBe(
    '<p title="a&#34;b">&#60;<b>&#38;</b>3</p>',
  )
  // A right-to-left mark could make exe.jpg of gpj.exe.
  expect(markup`${'gpj\u202eexe'}`.text).toBe('gpj\\u202eexe')
})

test('the text says what is in the page', () => {
  const text = textReport(report)
  expect(text).toContain('readable  10 of 11, error rate 9.1 %')
  expect(text).toContain('Fix first\n  * 1 of 11 images cannot be read')
  const steering = { ...report, unreadable: [{ ...report.unreadable[0]!, path: '\u001b[2Jcleared.jpg' }] }
  expect(textReport(steering)).toContain('\\u001b[2Jcleared.jpg')
  expect(text.split('\n').filter((line) => line.startsWith('    ') && line.length > 100)).toEqual([])
})

test('the guide to the report names every field, measure and rule', async () => {
  const guide = await readFile(new URL('../../../../docs/profile-report.md', import.meta.url), 'utf8')
  for (const name of [...Object.keys(report), ...RULE_NAMES, ...MEASURE_NAMES]) expect(guide).toContain(`\`${name}\``)
})

test.each([
  ['nothing readable', ['text.jpg'], ['advice', 'unreadable', 'images']],
  ['a single image', ['only.png'], ['advice', 'distributions', 'flights', 'images']],
])('a set of %s gets the parts that have something to say', async (_what, names, parts) => {
  const folder = await mkdtemp(join(root, 'few-'))
  for (const name of names) {
    const image = sharp({ create: { width: 20, height: 10, channels: 3, background: '#345' } })
    await writeFile(join(folder, name), name.endsWith('.png') ? await image.png().toBuffer() : 'no picture')
  }
  const source = await folderSource(folder)
  const { profile } = await profileSet(source, { now: new Date(0), threads: 1 })
  const html = await htmlReport(profile, source)
  expect([...html.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id)).toEqual(parts)
  expect(`${html}${textReport(profile)}`).not.toMatch(/NaN|Infinity|\bundefined\b(?!['")\s]*[,;&|?:)=])/)
})

describe('an axis', () => {
  test('has round ticks, on a logarithmic scale of each power', () => {
    expect(linearTicks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100])
    const axis = makeAxis([1, 1000], [0, 300], 'log', 4)
    expect(axis.ticks).toEqual([1, 10, 100, 1000])
    expect(axis.place(10)).toBeCloseTo(100, 9)
  })
  test('labels numbers shortly', () => {
    expect([0, 0.25, 12_000, 2_500_000, -5].map(tickLabel)).toEqual(['0', '0.25', '12k', '2.5M', '−5'])
  })
})
