import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BOX,
  CATEGORIES,
  GOOD,
  GT_BOX,
  IMAGE,
  LABELS_ONLY,
  bbox,
  coco,
  convert,
  corners,
  manifest,
  nested,
  object,
  prepareSamples,
  utf16,
  voc,
  yolo,
  type Content,
} from '../support/label-samples.ts'

let samples: AsyncDisposable

beforeAll(async () => {
  samples = await prepareSamples()
})
afterAll(() => samples[Symbol.asyncDispose]())

/** What the report counts; `kept` and `dropped` boxes, images by what became of them where it matters. */
type Counts = Readonly<Record<string, number>>

describe('is read, and the report says what became of it', () => {
  test.each<[string, Record<string, Content>, string[], readonly [kept: number, dropped: number], Counts, object]>([
    [
      'COCO with a number beyond all',
      { 'a.json': bbox(1, 2, 3, 4).replace('[1,', '[1e999,') },
      LABELS_ONLY,
      [0, 1],
      { 'not-finite': 1, 'all-lost': 1, 'not-carried': 1 },
      { leftOut: 1 },
    ],
    [
      'COCO with a negative width',
      { 'a.json': bbox(30, 10, -20, 20) },
      LABELS_ONLY,
      [0, 1],
      { 'no-area': 1, 'all-lost': 1, 'not-carried': 1 },
      { background: 0 },
    ],
    [
      'COCO with numbers as texts',
      { 'a.json': bbox('1', '2', '3', '4') },
      LABELS_ONLY,
      [0, 1],
      { 'malformed-box': 1, 'all-lost': 1, 'not-carried': 1 },
      {},
    ],
    [
      'COCO with a box of three numbers',
      { 'a.json': bbox(1, 2, 3) },
      LABELS_ONLY,
      [0, 1],
      { 'malformed-box': 1, 'all-lost': 1, 'not-carried': 1 },
      {},
    ],
    [
      'COCO with null as an annotation',
      { 'a.json': coco([BOX]).replace('[{"id":1,"image_id"', '[null,{"id":1,"image_id"') },
      LABELS_ONLY,
      [1, 1],
      { 'malformed-box': 1 },
      {},
    ],
    [
      'COCO with an image number twice',
      { 'a.json': coco([BOX], { images: [IMAGE, { ...IMAGE, file_name: 'b.png' }] }) },
      LABELS_ONLY,
      [1, 0],
      { 'doubled-id': 1 },
      { read: 1 },
    ],
    [
      'COCO with an annotation number twice',
      { 'a.json': coco([BOX, { ...BOX, bbox: [1, 1, 5, 5] }]) },
      LABELS_ONLY,
      [1, 1],
      { 'doubled-id': 1 },
      {},
    ],
    [
      'COCO with a category that is not listed',
      { 'a.json': coco([BOX, { ...BOX, id: 2, category_id: 9 }]) },
      LABELS_ONLY,
      [1, 1],
      { 'unknown-class': 1 },
      {},
    ],
    [
      'COCO with an annotation of no image',
      { 'a.json': coco([BOX, { ...BOX, id: 2, image_id: 9 }]) },
      LABELS_ONLY,
      [1, 1],
      { 'unknown-image': 1 },
      {},
    ],
    [
      'COCO with gaps in the category numbers',
      {
        'a.json': coco([{ ...BOX, category_id: 90 }], {
          categories: [
            { id: 3, name: 'bus' },
            { id: 90, name: 'car' },
          ],
        }),
      },
      LABELS_ONLY,
      [1, 0],
      {},
      {},
    ],
    ['COCO with a byte-order mark', { 'a.json': `\uFEFF${coco()}` }, LABELS_ONLY, [1, 0], {}, {}],
    [
      'COCO with CRLF and the lists in another order',
      {
        'a.json': JSON.stringify({ annotations: [BOX], categories: CATEGORIES, images: [IMAGE] }, null, 1).replaceAll(
          '\n',
          '\r\n',
        ),
      },
      LABELS_ONLY,
      [1, 0],
      {},
      {},
    ],
    [
      'COCO with the same box twice',
      { 'a.json': coco([BOX, { ...BOX, id: 2 }]) },
      LABELS_ONLY,
      [1, 1],
      { duplicate: 1 },
      {},
    ],
    [
      'COCO with a box of the whole frame, one of nearly all of it, and one under two pixels',
      {
        'a.json': coco([
          { ...BOX, bbox: [0, 0, 100, 50] },
          { ...BOX, id: 2, bbox: [1, 1, 98, 48] },
          { ...BOX, id: 3, bbox: [9, 9, 1.5, 9] },
        ]),
      },
      LABELS_ONLY,
      [3, 0],
      { 'whole-frame': 1, huge: 1, tiny: 1 },
      {},
    ],
    [
      'COCO with a box beyond the frame',
      {
        'a.json': coco([
          { ...BOX, bbox: [90, 10, 20, 20] },
          { ...BOX, id: 2, bbox: [200, 10, 20, 20] },
        ]),
      },
      LABELS_ONLY,
      [1, 1],
      { clipped: 1, outside: 1 },
      {},
    ],
    [
      'COCO with an image listed twice',
      { 'a.json': coco([BOX, { ...BOX, id: 2, image_id: 2 }], { images: [IMAGE, { ...IMAGE, id: 2 }] }) },
      LABELS_ONLY,
      [1, 1],
      { 'doubled-image': 2 },
      { leftOut: 1 },
    ],
    [
      'COCO with names that would share a label file',
      {
        'a.json': coco([BOX, { ...BOX, id: 2, image_id: 2 }], {
          images: [IMAGE, { ...IMAGE, id: 2, file_name: 'sub/A.jpg' }],
        }),
      },
      LABELS_ONLY,
      [2, 0],
      { renamed: 1 },
      {},
    ],
    [
      'COCO with an absolute name and a NUL in it',
      { 'a.json': coco([BOX], { images: [{ ...IMAGE, file_name: '/etc/pass\u0000wd.png' }] }) },
      LABELS_ONLY,
      [1, 0],
      { renamed: 1 },
      {},
    ],
    [
      'an image name that leads elsewhere',
      {
        'a.json': coco([BOX, { ...BOX, id: 2, image_id: 2 }], {
          images: [
            { ...IMAGE, file_name: '../../../../etc/hosts.png' },
            { ...IMAGE, id: 2, file_name: '..\\..\\b.png' },
          ],
        }),
        'b.png': { picture: '100x50.png' },
      },
      ['--to', 'yolo'],
      [1, 1],
      { 'missing-image': 2 },
      { leftOut: 1, labelled: 1 },
    ],
    [
      'an image whose stated sides are swapped',
      { 'a.json': coco([BOX], { images: [{ ...IMAGE, width: 50, height: 100 }] }), 'a.png': { picture: '100x50.png' } },
      ['--to', 'yolo'],
      [1, 0],
      { 'size-swapped': 1 },
      {},
    ],
    [
      'an image of other proportions',
      { 'a.json': coco([BOX], { images: [{ ...IMAGE, width: 100, height: 99 }] }), 'a.png': { picture: '100x50.png' } },
      ['--to', 'yolo'],
      [0, 1],
      { 'size-conflict': 2 },
      { unknown: 1 },
    ],
    [
      'an image that was scaled',
      {
        'a.json': coco([BOX], { images: [{ ...IMAGE, width: 4000, height: 2000 }] }),
        'a.png': { picture: '100x50.png' },
      },
      ['--to', 'yolo'],
      [1, 0],
      { 'size-scaled': 1, tiny: 1 },
      {},
    ],
    [
      'an image that EXIF turns',
      { 'a.json': coco([BOX], { images: [{ ...IMAGE, file_name: 'a.jpg' }] }), 'a.jpg': { picture: 'turned.jpg' } },
      ['--to', 'yolo'],
      [1, 0],
      { turned: 1 },
      {},
    ],
    [
      'an image that EXIF turns upside down',
      {
        'a.json': coco([BOX], { images: [{ ...IMAGE, file_name: 'a.jpg' }] }),
        'a.jpg': { picture: 'upside-down.jpg' },
      },
      ['--to', 'yolo'],
      [1, 0],
      { 'orientation-unsure': 1 },
      {},
    ],
    [
      'an image 30,000 px wide',
      {
        'a.json': coco([BOX], { images: [{ ...IMAGE, width: 30_000, height: 20 }] }),
        'a.png': { picture: '30000x20.png' },
      },
      ['--to', 'yolo'],
      [1, 0],
      { clipped: 1 },
      {},
    ],
    [
      'an image of 0 bytes',
      {
        'a.json': coco([BOX, { ...BOX, id: 2, image_id: 2 }], {
          images: [IMAGE, { ...IMAGE, id: 2, file_name: 'b.png' }],
        }),
        'a.png': '',
        'b.png': { picture: '100x50.png' },
      },
      ['--to', 'yolo'],
      [1, 1],
      { 'unreadable-image': 2 },
      { leftOut: 1 },
    ],
    [
      'an image that is none',
      { 'a.json': coco(), 'a.png': 'no picture' },
      ['--to', 'yolo'],
      [0, 1],
      { 'unreadable-image': 2 },
      { leftOut: 1 },
    ],
    [
      'an image that is a link to itself',
      { 'a.json': coco(), 'a.png': { link: 'a.png' } },
      ['--to', 'yolo'],
      [0, 1],
      { 'unreadable-image': 2 },
      { leftOut: 1 },
    ],
    [
      'folders that are links in a circle',
      { 'a.json': coco(), 'photos/again': { link: '..' }, 'photos/a.png': { picture: '100x50.png' } },
      ['--to', 'yolo'],
      [1, 0],
      {},
      { labelled: 1 },
    ],
    ['YOLO with NaN', yolo(`${GOOD}1 nan 0.5 0.1 0.1\n`), LABELS_ONLY, [1, 1], { 'not-finite': 1 }, {}],
    [
      'YOLO with a class that is not there',
      yolo(`${GOOD}2 0.5 0.5 0.1 0.1\n`),
      LABELS_ONLY,
      [1, 1],
      { 'unknown-class': 1 },
      {},
    ],
    ['YOLO with a mark, CRLF and tabs', yolo('\uFEFF0\t0.5 0.5 0.2 0.2\r\n\r\n'), LABELS_ONLY, [1, 0], {}, {}],
    [
      'YOLO with pixels instead of fractions',
      yolo(`0 512 300 40 40\n`),
      LABELS_ONLY,
      [0, 1],
      { outside: 1, 'all-lost': 1, 'not-carried': 1 },
      { background: 0 },
    ],
    [
      'YOLO with corners instead of a centre',
      yolo(`${GOOD}0 0.9 0.9 0.5 0.5\n`),
      LABELS_ONLY,
      [2, 0],
      { clipped: 1 },
      {},
    ],
    ['YOLO with words', yolo(`${GOOD}car at the left\n`), LABELS_ONLY, [1, 1], { malformed: 1 }, {}],
    [
      'YOLO with a confidence and a polygon',
      yolo(`0 0.5 0.5 0.2 0.2 0.9\n1 0.1 0.1 0.3 0.1 0.2 0.4\n`),
      LABELS_ONLY,
      [2, 0],
      { confidence: 1, polygon: 1 },
      {},
    ],
    [
      'YOLO labels as UTF-16',
      yolo(utf16(GOOD)),
      ['--to', 'yolo'],
      [0, 0],
      { 'unreadable-labels': 1 },
      { unknown: 1, background: 0 },
    ],
    [
      'YOLO labels that are a folder',
      { ...yolo(GOOD), 'labels/a.txt/x': '' } as never,
      ['--to', 'yolo'],
      [0, 0],
      { 'unreadable-labels': 1 },
      { unknown: 1 },
    ],
    [
      'YOLO labels that are a link to themselves',
      yolo({ link: 'a.txt' }),
      ['--to', 'yolo'],
      [0, 0],
      { 'unreadable-labels': 1 },
      { unknown: 1 },
    ],
    [
      'YOLO without labels of an image',
      yolo(GOOD, { 'images/b.png': { picture: '100x50.png' } }),
      ['--to', 'yolo'],
      [1, 0],
      { 'missing-file': 1 },
      { unknown: 1, background: 0 },
    ],
    [
      'YOLO without the image of labels',
      yolo(GOOD, { 'labels/b.txt': `${GOOD}${GOOD}` }),
      ['--to', 'yolo'],
      [1, 2],
      { 'missing-image': 2 },
      {},
    ],
    [
      'VOC with a bomb of entities',
      {
        'Annotations/a.xml': `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "${'&a;'.repeat(50)}">]><annotation>&b;</annotation>`,
      },
      ['--from', 'voc', '--to', 'voc', '--images', 'none'],
      [0, 0],
      { 'unreadable-labels': 1, 'size-unknown': 1 },
      { unknown: 1 },
    ],
    [
      'VOC with an entity that reads a file',
      {
        'Annotations/a.xml':
          '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotation><filename>&a;</filename></annotation>',
      },
      ['--from', 'voc', '--to', 'voc', '--images', 'none'],
      [0, 0],
      { 'unreadable-labels': 1, 'size-unknown': 1 },
      { unknown: 1 },
    ],
    [
      'VOC cut off',
      { 'Annotations/a.xml': '<annotation><object><name>car' },
      ['--to', 'voc', '--images', 'none'],
      [0, 0],
      { 'unreadable-labels': 1, 'size-unknown': 1 },
      { unknown: 1 },
    ],
    [
      'VOC nested without end',
      { 'Annotations/a.xml': nested('<annotation>', '</annotation>', 5000) },
      ['--to', 'voc', '--images', 'none'],
      [0, 0],
      { 'unreadable-labels': 1, 'size-unknown': 1 },
      { unknown: 1 },
    ],
    [
      'VOC in Latin-1',
      { 'Annotations/a.xml': Buffer.from('<annotation><filename>stra\u00dfe.png</filename></annotation>', 'latin1') },
      ['--to', 'voc', '--images', 'none'],
      [0, 0],
      { 'unreadable-labels': 1, 'size-unknown': 1 },
      { unknown: 1 },
    ],
    [
      'VOC with corners in the wrong order',
      voc(object(corners(30, 10, 10, 30))),
      LABELS_ONLY,
      [0, 1],
      { 'no-area': 1, 'all-lost': 1, 'not-carried': 1 },
      {},
    ],
    ['VOC that counts from 0', voc(object(corners(0, 0, 10, 10))), LABELS_ONLY, [1, 0], { 'zero-based': 1 }, {}],
    [
      'VOC with objects without a box, a name or a number',
      voc(object('') + '<object/>' + object(corners(1, 'two', 3, 4)) + object(corners(1, 1, 9, 9))),
      LABELS_ONLY,
      [1, 3],
      { 'malformed-box': 3 },
      {},
    ],
    [
      'VisDrone with too few fields, another category and another degree',
      {
        'images/a.png': { picture: '100x50.png' },
        'annotations/a.txt': '1,1,9,9,1,4,0\n1,1,9,9,1,12,0,0\n1,1,9,9,1,4,5,0\n1,1,9,9,1,4,0,0\n',
      },
      ['--to', 'yolo'],
      [1, 3],
      { 'malformed-box': 2, 'unknown-class': 1 },
      {},
    ],
    [
      'a target without the class',
      {
        'a.json': coco([BOX, { ...BOX, id: 2, category_id: 2 }], {
          categories: [...CATEGORIES, { id: 2, name: 'boat' }],
        }),
      },
      ['--to', 'visdrone', '--images', 'none'],
      [1, 1],
      { 'class-unlisted': 1 },
      {},
    ],
    [
      'a manifest with a number that its class map lacks',
      { 'a.manifest': manifest([GT_BOX, { ...GT_BOX, class_id: 5 }]) },
      LABELS_ONLY,
      [1, 1],
      { 'unknown-class': 1 },
      {},
    ],
    [
      'a manifest with CRLF, texts and nulls as numbers',
      { 'a.manifest': manifest([GT_BOX, { ...GT_BOX, left: '1' }, { ...GT_BOX, width: null }]).replace('\n', '\r\n') },
      LABELS_ONLY,
      [1, 2],
      { 'malformed-box': 2 },
      {},
    ],
    [
      'CVAT with words as numbers',
      {
        'annotations.xml':
          '<annotations><image name="a.png" width="100" height="50"><box label="car" xtl="1" ytl="x" xbr="9" ybr="9"/><box label="car" xtl="1" ytl="1" xbr="9" ybr="9" rotation="much"/><box xtl="1" ytl="1" xbr="9" ybr="9"/><box label="car" xtl="1" ytl="1" xbr="9" ybr="9"/></image></annotations>',
      },
      LABELS_ONLY,
      [1, 3],
      { 'malformed-box': 3 },
      {},
    ],
    [
      'Label Studio with turned boxes of no size',
      {
        'a.json': JSON.stringify([
          {
            id: 1,
            data: { image: 'a.png' },
            annotations: [
              { result: [{ value: { x: 1, y: 1, width: 9, height: 9, rotation: 30, rectanglelabels: ['car'] } }] },
            ],
          },
        ]),
      },
      ['--to', 'voc', '--images', 'none'],
      [0, 1],
      { 'size-unknown': 2, 'all-lost': 1 },
      { unknown: 1 },
    ],
  ])('%s', async (name, given, args, [kept, dropped], counts, images) => {
    const files = given as Record<string, Content>
    if ('labels/a.txt/x' in files) delete files['labels/a.txt']
    const { code, report, error } = await convert(`read ${name}`, files, ...args)
    expect(error).toBeUndefined()
    expect(code).toBe(0)
    expect({ kept: report!.labels.kept, dropped: report!.labels.dropped, counts: report!.labels.counts }).toEqual({
      kept,
      dropped,
      counts,
    })
    expect(report!.labels.lines).toBe(kept + dropped)
    expect(report!.images).toMatchObject(images)
  })
})

test('a class by the name of a property of all objects is a class like another, and pollutes nothing', async () => {
  const categories = '[{"id":1,"name":"__proto__"},{"id":2,"name":"constructor"}]'
  const annotations = `[{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,9,9],"attributes":{"__proto__":"x"},"__proto__":{"polluted":1}}]`
  const text = `{"images":[${JSON.stringify(IMAGE)}],"annotations":${annotations},"categories":${categories}}`
  const { report } = await convert('prototype', { 'a.json': text }, ...LABELS_ONLY)
  expect(report!.classes).toEqual([
    { name: '__proto__', boxes: 1 },
    { name: 'constructor', boxes: 0 },
  ])
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test('boxes of a stored image are turned with it', async () => {
  const image = { ...IMAGE, file_name: 'a.jpg' }
  const files = { 'a.json': coco([BOX], { images: [image] }), 'a.jpg': { picture: 'turned.jpg' } }
  const { folder } = await convert('turned', files, '--to', 'voc')
  // Stored 100×50, (10, 10) to (30, 30). Turned right: x' = 50 - y, y' = x, so (20, 10) to (40, 30) of 50×100.
  expect(await readFile(join(folder, 'out', 'Annotations', 'a.xml'), 'utf8')).toContain(
    '<xmin>21</xmin><ymin>11</ymin><xmax>40</xmax><ymax>30</ymax>',
  )
})

test('an output folder that holds something is not touched', async () => {
  const first = await convert('occupied', { 'a.json': coco() }, ...LABELS_ONLY)
  const again = await convert('occupied', {}, ...LABELS_ONLY)
  expect([first.code, again.code, again.error?.code]).toEqual([0, 1, 'data.output'])
})
