import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/labelled-set.ts'
import type { LabelFormat } from '../labelled-image.ts'
import { convertDataset, type ConvertOptions } from './convert-dataset.ts'

let root: Awaited<ReturnType<typeof temporaryFolder>>
let runs = 0

beforeAll(async () => {
  root = await temporaryFolder()
})
afterAll(() => root[Symbol.asyncDispose]())

async function write(files: Readonly<Record<string, string | object>>): Promise<string> {
  const folder = join(root.path, `source-${++runs}`)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

async function convert(from: LabelFormat, source: string, to: LabelFormat, more: Partial<ConvertOptions> = {}) {
  const output = join(root.path, `out-${++runs}`)
  const options = { source, from, to, output, images: 'none', now: new Date(0), imagePrefix: 's3://b/p' } as const
  const { labels, images, classes } = await convertDataset({ ...options, ...more })
  const text = (path: string): Promise<string> => readFile(join(output, path), 'utf8')
  return { labels, images, classes, output, text, counts: labels.counts }
}

const coco = (annotations: readonly object[], images?: readonly object[], names = ['car', 'bus']): object => ({
  images: images ?? [{ id: 1, file_name: 'a.jpg', width: 100, height: 50 }],
  annotations: annotations.map((annotation, id) => ({ id, image_id: 1, category_id: 1, ...annotation })),
  categories: names.map((name, index) => ({ id: index + 1, name })),
})

interface CocoOutput {
  readonly annotations: readonly { bbox: number[]; iscrowd: number; attributes?: object; score?: number }[]
  readonly images: readonly { file_name: string; background?: boolean }[]
}

describe('Pascal VOC', () => {
  const object = (inner: string): string =>
    `<annotation><filename>a.jpg</filename><size><width>100</width><height>50</height></size><object>${inner}</object></annotation>`

  test('counts pixels from 1 and includes the last: 1 to 10 are the corners 0 and 10', async () => {
    const box = '<name>car</name><bndbox><xmin>1</xmin><ymin>11</ymin><xmax>10</xmax><ymax>50</ymax></bndbox>'
    const source = await write({ 'Annotations/a.xml': object(box) })
    const { text } = await convert('voc', source, 'coco')
    const { annotations } = JSON.parse(await text('annotations/instances.json')) as CocoOutput
    expect(annotations[0]!.bbox).toEqual([0, 10, 10, 40])
    const back = await convert('coco', join(root.path, `out-${runs}`), 'voc')
    expect(await back.text('Annotations/a.xml')).toContain(
      '<xmin>1</xmin><ymin>11</ymin><xmax>10</xmax><ymax>50</ymax>',
    )
  })

  test('difficult, truncated, occluded and pose go to COCO and back; YOLO loses them by name', async () => {
    const flags = '<pose>Left</pose><truncated>1</truncated><occluded>1</occluded><difficult>1</difficult>'
    const box = '<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>10</xmax><ymax>10</ymax></bndbox>'
    const source = await write({ 'Annotations/a.xml': object(`<name>car</name>${flags}${box}`) })
    const there = await convert('voc', source, 'coco')
    expect(there.counts).toEqual({})
    const back = await convert('coco', there.output, 'voc')
    expect(back.counts).toEqual({})
    const text = (await back.text('Annotations/a.xml')).replaceAll(/\s+</g, '<')
    expect(text).toContain(flags)
    expect((await convert('voc', source, 'yolo')).counts).toEqual({ attributes: 1 })
  })

  test('an image without an annotation file is unknown', async () => {
    const box = '<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>10</xmax><ymax>10</ymax></bndbox>'
    const source = await write({
      'Annotations/a.xml': object(`<name>car</name>${box}`),
      'ImageSets/Main/val.txt': 'a\nb\n',
    })
    await mkdir(join(source, 'JPEGImages'))
    for (const name of ['a.png', 'b.png']) {
      const picture = sharp({ create: { width: 100, height: 50, channels: 3, background: 'grey' } })
      await picture.toFile(join(source, 'JPEGImages', name))
    }
    const { images, counts, output } = await convert('voc', source, 'yolo', { images: 'copy' })
    expect([images.labelled, images.unknown, counts]).toEqual([1, 1, { 'missing-file': 1 }])
    expect(await readdir(join(output, 'val', 'images'))).toEqual(['a.png', 'b.png'])
    expect(await readdir(join(output, 'val', 'labels'))).toEqual(['a.txt'])
  })

  test('a corner at 0 is taken as the edge and reported', async () => {
    const box = '<name>car</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>10</xmax><ymax>10</ymax></bndbox>'
    const { counts, text } = await convert('voc', await write({ 'Annotations/a.xml': object(box) }), 'coco')
    const { annotations } = JSON.parse(await text('annotations/instances.json')) as CocoOutput
    expect([annotations[0]!.bbox, counts]).toEqual([[0, 0, 10, 10], { 'zero-based': 1 }])
  })
})

describe('VisDrone', () => {
  const lines = '0,0,20,10,0,0,0,0\n5,5,10,10,1,4,1,2\n30,5,9,9,0,11,0,0,\n'

  test('ignored regions, truncation and occlusion go to COCO and back; YOLO drops the regions by name', async () => {
    const source = await write({ 'annotations/a.txt': lines })
    await mkdir(join(source, 'images'))
    await sharp({ create: { width: 100, height: 50, channels: 3, background: 'grey' } }).toFile(
      join(source, 'images', 'a.png'),
    )
    const there = await convert('visdrone', source, 'coco', { images: 'copy' })
    expect(there.counts).toEqual({})
    const back = await convert('coco', there.output, 'visdrone')
    expect([await back.text('annotations/a.txt'), back.counts]).toEqual([lines.replace(',\n', '\n'), {}])
    const yolo = await convert('visdrone', source, 'yolo', { images: 'copy' })
    expect([yolo.labels.kept, yolo.counts]).toEqual([1, { 'ignored-region': 2, attributes: 1 }])
    expect(await yolo.text('labels/a.txt')).toBe('4 0.100000 0.200000 0.100000 0.200000\n')
  })

  test('without the image nobody knows what a fraction of it would be', async () => {
    const source = await write({ 'annotations/a.txt': lines, 'images/readme.md': '' })
    const { labels } = await convert('visdrone', source, 'yolo')
    expect([labels.dropped, labels.counts['size-unknown']]).toEqual([3, 4])
  })
})

describe('COCO', () => {
  test('a crowd is kept where the target knows crowds, and dropped by name where it does not', async () => {
    const source = await write({
      'a.json': coco([{ bbox: [10, 10, 20, 20] }, { bbox: [40, 10, 20, 20], iscrowd: 1 }]),
    })
    const same = await convert('coco', source, 'coco')
    const { annotations } = JSON.parse(await same.text('annotations/instances.json')) as CocoOutput
    expect(annotations.map(({ iscrowd }) => iscrowd)).toEqual([0, 1])
    for (const to of ['yolo', 'voc', 'ground-truth'] as const) {
      const { labels } = await convert('coco', source, to)
      expect([to, labels.kept, labels.dropped, labels.counts['ignored-region']]).toEqual([to, 1, 1, 1])
    }
    const { text } = await convert('coco', source, 'visdrone')
    expect(await text('annotations/a.txt')).toBe('10,10,20,20,1,4,0,0\n40,10,20,20,0,4,0,0\n')
  })

  test('an image with nothing but a crowd is unknown in YOLO, never background', async () => {
    const source = await write({ 'a.json': coco([{ bbox: [10, 10, 20, 20], iscrowd: 1 }]) })
    const { images, counts } = await convert('coco', source, 'yolo')
    expect([images.unknown, images.background, counts]).toEqual([1, 0, { 'ignored-region': 1, 'all-lost': 1 }])
  })

  test('polygons without a box become their bounds; masks alone are left out', async () => {
    const source = await write({
      'a.json': coco([
        { segmentation: [[10, 10, 30, 12, 20, 40]] },
        { segmentation: { counts: [1, 2], size: [50, 100] } },
      ]),
    })
    const { text, counts } = await convert('coco', source, 'coco')
    const { annotations } = JSON.parse(await text('annotations/instances.json')) as CocoOutput
    expect([annotations.map(({ bbox }) => bbox), counts]).toEqual([[[10, 10, 20, 30]], { polygon: 1, 'not-a-box': 1 }])
  })

  test('a turned box becomes the upright box around it', async () => {
    const source = await write({ 'a.json': coco([{ bbox: [40, 20, 20, 10], attributes: { rotation: 90 } }]) })
    const { text, counts } = await convert('coco', source, 'coco')
    const { annotations } = JSON.parse(await text('annotations/instances.json')) as CocoOutput
    expect([annotations[0]!.bbox, counts]).toEqual([[45, 15, 10, 20], { rotated: 1 }])
  })

  test('an image without annotations is unknown, unless it is marked or the person says otherwise', async () => {
    const images = [{ id: 1, file_name: 'a.jpg', width: 100, height: 50 }]
    const source = await write({ 'a.json': coco([], images) })
    const unknown = await convert('coco', source, 'yolo')
    expect([unknown.images.unknown, unknown.images.background, unknown.counts]).toEqual([1, 0, { 'not-annotated': 1 }])
    const said = await convert('coco', source, 'yolo', { unlabelled: 'background' })
    expect([said.images.background, await said.text('labels/a.txt')]).toEqual([1, ''])
    const marked = await write({ 'a.json': coco([], [{ ...images[0], background: true }]) })
    expect((await convert('coco', marked, 'yolo')).images.background).toBe(1)
  })

  test("of the files of the format's own set only those of instances are read, and the others named", async () => {
    const source = await write({
      'annotations/instances_val2017.json': coco([{ bbox: [0, 0, 10, 10] }]),
      'annotations/captions_val2017.json': { images: [], annotations: [] },
    })
    const { labels } = await convert('coco', source, 'yolo')
    expect([labels.kept, labels.examples.map(({ kind, file }) => `${kind} ${file}`)]).toEqual([
      1,
      ['file-left-out annotations/captions_val2017.json'],
    ])
  })

  test('a file a split in the folder of its images is read', async () => {
    const source = await write({
      'train/_annotations.coco.json': coco([{ bbox: [0, 0, 10, 10] }]),
      'valid/_annotations.coco.json': coco([{ bbox: [0, 0, 10, 10] }]),
    })
    const { text } = await convert('coco', source, 'yolo')
    expect(await text('val/labels/a.txt')).toBe(await text('train/labels/a.txt'))
  })

  test('several splits are read from their files', async () => {
    const source = await write({
      'annotations/instances_train2017.json': coco([{ bbox: [0, 0, 10, 10] }]),
      'annotations/instances_val2017.json': coco([{ bbox: [0, 0, 10, 10], category_id: 2 }], undefined, ['car', 'van']),
    })
    const { text, classes } = await convert('coco', source, 'yolo')
    expect(classes).toEqual([
      { name: 'car', boxes: 1 },
      { name: 'bus', boxes: 0 },
      { name: 'van', boxes: 1 },
    ])
    expect(await text('val/labels/a.txt')).toBe('2 0.050000 0.100000 0.100000 0.200000\n')
  })
})

test('what metadata.jsonl says of an image goes with it, under its new name', async () => {
  const source = await write({
    'classes.txt': 'car\n',
    'train/labels/a.txt': '0 0.5 0.5 0.2 0.2\n',
    'train/metadata.jsonl': '{"image":"images/a.png","flight":"f01","altitudeM":80}\n',
  })
  await mkdir(join(source, 'train', 'images'))
  const file = join(source, 'train', 'images', 'a.png')
  await sharp({ create: { width: 100, height: 50, channels: 3, background: 'grey' } }).toFile(file)
  const there = await convert('yolo', source, 'coco', { images: 'copy' })
  expect(JSON.parse(await there.text('metadata.jsonl'))).toEqual({
    image: 'images/train/a.png',
    flight: 'f01',
    altitudeM: 80,
  })
  const back = await convert('coco', there.output, 'yolo', { images: 'copy' })
  expect(JSON.parse(await back.text('metadata.jsonl'))).toMatchObject({ image: 'train/images/a.png', flight: 'f01' })
})

test('the depth of an image is that of its file', async () => {
  const source = await write({ 'classes.txt': 'car\n', 'labels/a.txt': '0 0.5 0.5 0.2 0.2\n' })
  await mkdir(join(source, 'images'))
  const grey = sharp({ create: { width: 100, height: 50, channels: 3, background: 'grey' } }).toColourspace('b-w')
  await grey.toFile(join(source, 'images', 'a.png'))
  const { text } = await convert('yolo', source, 'voc', { images: 'copy' })
  expect(await text('Annotations/a.xml')).toContain('<depth>1</depth>')
})

test('an interruption leaves nothing behind', async () => {
  const folder = await write({ 'set/a.json': coco([{ bbox: [0, 0, 10, 10] }]) })
  const stop = new AbortController()
  const work = convertDataset({
    source: join(folder, 'set'),
    from: 'coco',
    to: 'yolo',
    output: join(folder, 'out'),
    images: 'none',
    now: new Date(0),
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('stopped')),
  })
  await expect(work).rejects.toThrow('stopped')
  expect(await readdir(folder)).toEqual(['set'])
})

describe('classes', () => {
  test('are joined by name: renamed ones are counted, those not asked for are dropped and leave background', async () => {
    const source = await write({
      'a.json': coco([{ bbox: [0, 0, 10, 10] }, { bbox: [0, 0, 20, 20], category_id: 2 }]),
    })
    const joined = await convert('coco', source, 'yolo', { rename: new Map([['bus', 'car']]) })
    expect([joined.classes, joined.counts]).toEqual([[{ name: 'car', boxes: 2 }], { 'class-renamed': 1 }])
    const other = await convert('coco', source, 'yolo', { rename: new Map([['bus', 'van']]), classes: ['van'] })
    expect(other.classes).toEqual([{ name: 'van', boxes: 1 }])
    expect(await other.text('labels/a.txt')).toBe('0 0.100000 0.200000 0.200000 0.400000\n')
    const none = await write({ 'a.json': coco([{ bbox: [0, 0, 10, 10] }]) })
    expect((await convert('coco', none, 'yolo', { classes: ['bus'] })).images).toMatchObject({
      background: 1,
      unknown: 0,
    })
  })

  test('that differ in case alone are refused until one is renamed', async () => {
    const source = await write({ 'a.json': coco([{ bbox: [0, 0, 9, 9] }], undefined, ['Car', 'car']) })
    await expect(convert('coco', source, 'yolo')).rejects.toMatchObject({ code: 'data.classes' })
    const joined = await convert('coco', source, 'yolo', { rename: new Map([['Car', 'car']]) })
    expect(joined.classes).toEqual([{ name: 'car', boxes: 1 }])
  })
})

describe('Ground Truth', () => {
  const line = (labels: object, map: object, more: object = {}): string =>
    `${JSON.stringify({
      'source-ref': 's3://b/i.png',
      boxes: { image_size: [{ width: 500, height: 400, depth: 3 }], ...labels },
      'boxes-metadata': { 'class-map': map, type: 'groundtruth/object-detection', ...more },
    })}\n`

  test('class numbers are joined by the names of each line', async () => {
    const box = { left: 111, top: 134, width: 61, height: 128 }
    const source = await write({
      'output.manifest':
        line({ annotations: [{ class_id: 0, ...box }] }, { 0: 'dog' }) +
        line({ annotations: [{ class_id: 0, ...box }] }, { 0: 'cat' }).replace('i.png', 'k.png') +
        line({ annotations: [{ class_id: 5, ...box }] }, { 0: 'dog', 5: 'cow' }).replace('i.png', 'l.png') +
        '{"source-ref":"s3://b/m.png"}\n' +
        line({ annotations: [] }, {}).replace('i.png', 'n.png'),
    })
    const { classes, images, text } = await convert('ground-truth', source, 'yolo')
    expect(classes.map(({ name }) => name)).toEqual(['cat', 'dog', 'cow'])
    expect([await text('labels/i.txt'), await text('labels/k.txt'), await text('labels/l.txt')]).toEqual([
      '1 0.283000 0.495000 0.122000 0.320000\n',
      '0 0.283000 0.495000 0.122000 0.320000\n',
      '2 0.283000 0.495000 0.122000 0.320000\n',
    ])
    expect([images.labelled, images.unknown, images.background]).toEqual([3, 1, 1])
  })

  test('the newest of several attributes counts, confidence goes to COCO, line and map are as a labelling job writes them', async () => {
    const older = JSON.parse(line({ annotations: [] }, {}, { 'creation-date': '2020-01-01T00:00:00' })) as object
    const newer = {
      adjusted: {
        image_size: [{ width: 500, height: 400, depth: 3 }],
        annotations: [{ class_id: 7, left: 1, top: 2, width: 3, height: 4 }],
      },
      'adjusted-metadata': {
        objects: [{ confidence: 0.8 }],
        'class-map': { 7: 'dog' },
        type: 'groundtruth/object-detection',
        'creation-date': '2021-01-01T00:00:00',
      },
    }
    const source = await write({ 'train.manifest': JSON.stringify({ ...newer, ...older }) })
    const { text, counts } = await convert('ground-truth', source, 'coco')
    const { annotations } = JSON.parse(await text('annotations/instances_train.json')) as CocoOutput
    expect([annotations[0]!.bbox, annotations[0]!.score, counts]).toEqual([[1, 2, 3, 4], 0.8, { 'older-labels': 1 }])
    const same = await convert('ground-truth', source, 'ground-truth', {
      imagePrefix: undefined,
      labelAttribute: 'adjusted',
    })
    expect(JSON.parse(await same.text('train.manifest'))).toEqual({
      'source-ref': 's3://b/i.png',
      adjusted: { ...newer.adjusted, annotations: [{ class_id: 0, left: 1, top: 2, width: 3, height: 4 }] },
      'adjusted-metadata': {
        objects: [{ confidence: 0.8 }],
        'class-map': { 0: 'dog' },
        type: 'groundtruth/object-detection',
        'creation-date': '1970-01-01T00:00:00.000',
        'job-name': 'skyloop-data-convert',
      },
    })
  })
})

describe('CVAT', () => {
  test('boxes, turned boxes, polygons, ellipses and masks become boxes; lines and tags are left out by name', async () => {
    const source = await write({
      'annotations.xml': `<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
<meta><task><labels><label><name>truck</name></label><label><name>car</name></label></labels></task></meta>
<image id="0" name="sub/a.jpg" subset="Train" width="100" height="50">
  <box label="car" source="manual" occluded="1" xtl="10" ytl="10" xbr="30" ybr="20" z_order="0"><attribute name="colour">red</attribute></box>
  <box label="car" occluded="0" xtl="40" ytl="20" xbr="60" ybr="30" rotation="90"></box>
  <polygon label="truck" occluded="0" points="70,10;90,12;80,40"></polygon>
  <ellipse label="car" cx="20" cy="35" rx="5" ry="10"></ellipse>
  <mask label="car" rle="1,2" left="1" top="2" width="3" height="4"></mask>
  <polyline label="car" points="1,1;2,2"></polyline>
  <tag label="car"></tag>
</image>
<image id="1" name="b.jpg" width="100" height="50"></image></annotations>`,
    })
    const { text, counts, images, classes } = await convert('cvat', source, 'coco')
    expect(classes.map(({ name, boxes }) => `${name} ${boxes}`)).toEqual(['truck 1', 'car 4'])
    const { annotations } = JSON.parse(await text('annotations/instances_train.json')) as CocoOutput
    expect(annotations.map(({ bbox }) => bbox)).toEqual([
      [10, 10, 20, 10],
      [45, 15, 10, 20],
      [70, 10, 20, 30],
      [15, 25, 10, 20],
      [1, 2, 3, 4],
    ])
    expect(annotations[0]!.attributes).toEqual({ occluded: 1, colour: 'red' })
    expect(counts).toEqual({ rotated: 1, polygon: 1, shape: 2, 'not-a-box': 2, 'not-annotated': 1, 'not-carried': 1 })
    expect(images).toMatchObject({ read: 2, labelled: 1, leftOut: 1 })
  })
})

describe('Label Studio', () => {
  const region = (value: object, more: object = {}): object => ({
    type: 'rectanglelabels',
    original_width: 200,
    original_height: 100,
    value,
    ...more,
  })
  const task = (id: number, annotations: readonly object[]): object => ({
    id,
    data: { image: `/data/upload/3/0a1b2c3d-img%20${id}.jpg` },
    annotations,
  })

  test('percent become pixels; the annotation that counts is taken, the others are reported', async () => {
    const box = region({ x: 10, y: 20, width: 30, height: 40, rotation: 0, rectanglelabels: ['car'] })
    const turned = region({ x: 50, y: 50, width: 10, height: 10, rotation: 90, rectanglelabels: ['bus', 'car'] })
    const source = await write({
      'export.json': [
        task(1, [
          { result: [box, turned], updated_at: '2024-01-02' },
          { result: [box], updated_at: '2024-01-01' },
          { result: [box], was_cancelled: true },
        ]),
        task(2, [{ result: [] }]),
        task(3, []),
      ],
    })
    const { text, counts, images } = await convert('label-studio', source, 'coco')
    const output = JSON.parse(await text('annotations/instances.json')) as CocoOutput
    // 20 × 10 px turned right about (100, 50) spans (90, 50) to (100, 70).
    expect(output.annotations.map(({ bbox }) => bbox)).toEqual([
      [20, 20, 60, 40],
      [90, 50, 10, 20],
    ])
    expect(output.images.map(({ file_name }) => file_name)).toEqual(['img 1.jpg'])
    expect(counts).toMatchObject({ rotated: 1, 'several-labels': 1, 'older-labels': 2, 'not-annotated': 1 })
    expect(images.read).toBe(3)
  })
})

test('of all records read each is kept or dropped, whatever they hold', async () => {
  const number = fc.oneof(
    fc.double({ min: -50, max: 150, noNaN: true }),
    fc.constantFrom(0, -0, 1e308, -1e308, null, '7', [], {}, true),
  )
  const annotation = fc.record(
    {
      id: fc.integer({ min: 0, max: 6 }),
      image_id: fc.constantFrom(1, 2, 9, '1', null),
      category_id: fc.constantFrom(1, 2, 3, '1', null),
      bbox: fc.oneof(fc.array(number, { maxLength: 5 }), fc.tuple(number, number, number, number)),
      iscrowd: fc.constantFrom(0, 1, 'yes'),
      segmentation: fc.constantFrom([], [[1, 1, 5, 5, 9, 1]], { counts: 'x' }),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(annotation, { maxLength: 12 }), async (annotations) => {
      const source = await write({
        'a.json': {
          images: [1, 2].map((id) => ({ id, file_name: `${id}.jpg`, width: 100, height: 50 })),
          annotations,
          categories: [
            { id: 1, name: 'car' },
            { id: 2, name: 'bus' },
          ],
        },
      })
      const { labels, text, images } = await convert('coco', source, 'coco')
      expect(labels.lines).toBe(annotations.length)
      expect(labels.kept + labels.dropped).toBe(annotations.length)
      expect(images.labelled + images.background + images.unknown + images.leftOut).toBe(images.read)
      const written = await text('annotations/instances.json')
      expect((JSON.parse(written) as CocoOutput).annotations.length).toBe(labels.kept)
    }),
    { numRuns: 25, endOnFailure: true },
  )
})
