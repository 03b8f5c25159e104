import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseClassText, parseDataYaml, readClassList } from './class-list.ts'
import { findImages } from './find-images.ts'
import { altitudeOf, flightOf, readImageMetadata } from './image-metadata.ts'
import { describeIssue, summarizeLabels } from './label-issue.ts'
import { formatYoloLabels, parseYoloLabels } from './yolo-labels.ts'

const context = { file: 'labels/a.txt', classCount: 2 }
const kinds = (text: string, imageSizePx?: [number, number]): string[] =>
  parseYoloLabels(text, { ...context, imageSizePx }).issues.map(
    (issue) => `${issue.line} ${issue.kind} ${issue.outcome}`,
  )

describe('YOLO label lines', () => {
  test('become corners', () => {
    const { boxes, issues } = parseYoloLabels('1 0.5 0.25 0.2 0.1\n', context)
    expect(issues).toEqual([])
    expect(boxes[0]!.classId).toBe(1)
    expect(boxes[0]!.boxXyxyNorm.map((n) => Math.round(n * 1000) / 1000)).toEqual([0.4, 0.2, 0.6, 0.3])
  })

  test('take a byte-order mark, CRLF, tabs and empty lines', () => {
    const { boxes, lines, issues } = parseYoloLabels('\uFEFF0 .5 .5 .1 .1\r\n\r\n1\t0.2 0.2  1e-1 0.1\r\n', context)
    expect([boxes.length, lines, issues.length]).toEqual([2, 2, 0])
  })

  test.each([
    ['0 0.5 0.5 0.1', '1 malformed dropped'],
    ['car 0.5 0.5 0.1 0.1', '1 malformed dropped'],
    ['0 0.5 0.5 0.1 0x1', '1 malformed dropped'],
    ['0 0.5 0.5 nan 0.1', '1 not-finite dropped'],
    ['0 0.5 0.5 1e999 0.1', '1 not-finite dropped'],
    ['2 0.5 0.5 0.1 0.1', '1 unknown-class dropped'],
    ['-1 0.5 0.5 0.1 0.1', '1 unknown-class dropped'],
    ['0.5 0.5 0.5 0.1 0.1', '1 unknown-class dropped'],
    ['0 1.5 0.5 0.1 0.1', '1 outside dropped'],
    ['0 0.5 0.5 0 0.1', '1 no-area dropped'],
    ['0 0.5 0.5 -0.1 0.1', '1 no-area dropped'],
    ['0 0.98 0.5 0.1 0.1', '1 clipped changed'],
    ['0 0.5 0.5 0.1 0.1 0.93', '1 confidence kept'],
    ['0 0.1 0.1 0.3 0.1 0.2 0.4', '1 polygon changed'],
    ['0 0.5 0.5 0.99 0.99', '1 huge kept'],
  ])('%j is reported as %s', (line, issue) => {
    expect(kinds(line)).toEqual([issue])
  })

  test('a clipped box ends at the frame, a polygon becomes its bounds', () => {
    expect(parseYoloLabels('0 0.98 0.5 0.1 0.2', context).boxes[0]!.boxXyxyNorm[2]).toBe(1)
    expect(parseYoloLabels('0 0.1 0.2 0.3 0.1 0.2 0.4', context).boxes[0]!.boxXyxyNorm).toEqual([0.1, 0.1, 0.3, 0.4])
  })

  test('a double is dropped by name, a box under two pixels is kept and reported', () => {
    expect(kinds('0 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1')).toEqual(['2 duplicate dropped'])
    expect(kinds('0 0.5 0.5 0.01 0.1', [100, 100])).toEqual(['1 tiny kept'])
  })

  test('no line is lost: kept and dropped make up what was read, whatever stands there', () => {
    const word = fc.oneof(
      fc.double({ noNaN: false }).map(String),
      fc.double({ min: -0.5, max: 1.5, noNaN: true }).map((n) => n.toFixed(4)),
      fc.integer({ min: -2, max: 4 }).map(String),
      fc.constantFrom('car', '', 'NaN', '1,5', '\u00e9'),
    )
    const line = fc.array(word, { maxLength: 9 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n', '\r'), (rows, end) => {
        const { lines, boxes, issues } = parseYoloLabels(rows.join(end), context)
        expect(boxes.length + issues.filter((issue) => issue.outcome === 'dropped').length).toBe(lines)
        for (const {
          classId,
          boxXyxyNorm: [x1, y1, x2, y2],
        } of boxes) {
          expect(classId === 0 || classId === 1).toBe(true)
          expect(x1 >= 0 && y1 >= 0 && x2 <= 1 && y2 <= 1 && x2 > x1 && y2 > y1).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('written boxes read back the same to six decimals', () => {
    const side = fc.double({ min: 0, max: 0.45, noNaN: true })
    fc.assert(
      fc.property(side, side, fc.integer({ min: 0, max: 1 }), (x, y, classId) => {
        const box = { classId, boxXyxyNorm: [x, y, x + 0.5, y + 0.25] as const }
        const [back] = parseYoloLabels(formatYoloLabels([box]), context).boxes
        expect(back!.classId).toBe(classId)
        back!.boxXyxyNorm.forEach((value, k) => expect(Math.abs(value - box.boxXyxyNorm[k]!)).toBeLessThan(1.1e-6))
      }),
    )
  })

  test('a report counts all and names the first of each kind', () => {
    const file = parseYoloLabels(Array.from({ length: 30 }, () => '9 0.5 0.5 0.1 0.1').join('\n'), context)
    const report = summarizeLabels([file])
    expect([report.lines, report.kept, report.dropped, report.counts['unknown-class'], report.examples.length]).toEqual(
      [30, 0, 30, 30, 20],
    )
    expect(describeIssue(report.examples[0]!)).toBe(
      'labels/a.txt:1: the class number is not in the class list: "9 0.5 0.5 0.1 0.1"',
    )
  })
})

describe('class lists', () => {
  test('data.yaml may hold a list or a map', () => {
    expect(parseDataYaml('names: [car, bus]')).toEqual(['car', 'bus'])
    expect(parseDataYaml('names:\n  1: bus\n  0: car\n')).toEqual(['car', 'bus'])
    expect(parseDataYaml('path: .')).toBeUndefined()
  })

  test.each([
    ['names:\n  0: car\n  2: bus\n', 'leaves out number 1'],
    ['names: car', 'neither a list nor a map'],
    ['names: [', 'cannot be read'],
  ])('%j is refused', (text, message) => {
    expect(() => parseDataYaml(text)).toThrow(message)
  })

  test('classes.txt takes CRLF and a mark, and refuses a gap', () => {
    expect(parseClassText('\uFEFFcar\r\nbus\r\n')).toEqual(['car', 'bus'])
    expect(() => parseClassText('car\n\nbus\n')).toThrow('line 2 is empty')
  })
})

test.each([
  ['DJI_0005-0018', 'DJI_0005'],
  ['DJI-00760-00001', 'DJI-00760'],
  ['DJI_0022', 'DJI_0022'],
  ['flight_a_frame_0007', 'flight_a'],
  ['video_000123', 'video'],
  ['roof', 'roof'],
])('%s is of flight %s', (stem, flight) => {
  expect(flightOf(stem, undefined)).toBe(flight)
  expect(flightOf(stem, { image: 'x', flight: 'named' })).toBe('named')
})

describe('folders', () => {
  let root = ''
  const put = async (path: string, text = ''): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), text)
  }
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'skyloop-formats-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  test.each([
    [
      'split/images',
      ['train/images/a.jpg', 'valid/images/b.png'],
      ['train/labels/a.txt', 'valid/labels/b.txt'],
      ['train', 'val'],
    ],
    [
      'images/split',
      ['images/train/a.jpg', 'images/test/b.png'],
      ['labels/train/a.txt', 'labels/test/b.txt'],
      ['test', 'train'],
    ],
    ['flat', ['images/a.jpg', 'images/b.PNG'], ['labels/a.txt', 'labels/b.txt'], [undefined, undefined]],
  ])('the layout %s is found', async (layout, images, labels, splits) => {
    for (const path of images) await put(path)
    const found = await findImages(root)
    expect(found.layout).toBe(layout)
    expect(found.images.map((image) => image.label).sort()).toEqual(labels.toSorted())
    expect(new Set(found.images.map((image) => image.split))).toEqual(new Set(splits))
  })

  test('data.yaml decides where images are: folders, several of them, lists, and paths of another machine', async () => {
    for (const name of ['a/images/1.jpg', 'b/images/2.jpg', 'all/3.jpg', 'all/4.jpg', 'old/images/5.jpg'])
      await put(name)
    await put('a/labels/1.txt')
    await put(
      'data.yaml',
      'train: [a/images, ../b/images]\nval: val.txt\ntest: /home/someone/set/old/images\nnames: [car]',
    )
    await put('val.txt', './all/4.jpg\n')
    const found = await findImages(root)
    expect(found.layout).toBe('data.yaml')
    expect(found.images.map(({ split, image, label }) => [split, image, label])).toEqual([
      ['train', 'a/images/1.jpg', 'a/labels/1.txt'],
      ['val', 'all/4.jpg', 'all/4.txt'],
      ['train', 'b/images/2.jpg', 'b/labels/2.txt'],
      ['test', 'old/images/5.jpg', 'old/labels/5.txt'],
    ])
  })

  test('data.yaml may not lead out of the data set, and what it names must be there', async () => {
    await put('images/a.jpg')
    await put('data.yaml', 'train: images\nval: ../../../../etc\nnames: [car]')
    await expect(findImages(root)).rejects.toThrow('data.yaml names images that are not there: 1 problem(s)')
    await put('data.yaml', 'train: train.txt\nnames: [car]')
    await put('train.txt', 'images/a.jpg\nimages/b.jpg\n')
    await expect(findImages(root)).rejects.toThrow('train.txt:2 images/b.jpg')
  })

  test('an export whose list begins at another folder is read', async () => {
    await put('images/train/a.jpg')
    await put('labels/train/a.txt')
    await put('data.yaml', 'path: .\ntrain: train.txt\nnames: {0: car}')
    await put('train.txt', 'data/images/train/a.jpg\n')
    const [found] = (await findImages(root)).images
    expect(found).toMatchObject({ split: 'train', image: 'images/train/a.jpg', label: 'labels/train/a.txt' })
  })

  test('the Darknet layout of annotation tools has labels beside the images', async () => {
    for (const name of ['obj_train_data/a.jpg', 'obj_train_data/a.txt', 'obj_valid_data/b.jpg']) await put(name)
    await put('obj.names', 'car\n')
    const found = await findImages(root)
    expect(found.images.map(({ split, label }) => [split, label])).toEqual([
      ['train', 'obj_train_data/a.txt'],
      ['val', 'obj_valid_data/b.txt'],
    ])
    expect([found.orphanLabels, await readClassList(root)]).toEqual([[], ['car']])
  })

  test('names folders left out, labels without an image, and images that would share a label', async () => {
    await put('train/images/a.jpg')
    await put('train/labels/b.txt')
    await put('extra/images/c.jpg')
    const found = await findImages(root)
    expect([found.ignored, found.orphanLabels]).toEqual([['extra'], ['train/labels/b.txt']])
    await put('train/images/a.png')
    await expect(findImages(root)).rejects.toThrow('would share the label file a.txt')
  })

  test('an empty set says what it found', async () => {
    await put('photos/a.jpg')
    await expect(findImages(root)).rejects.toThrow('holds no images; it has the folders photos')
    await expect(readClassList(root)).rejects.toThrow('neither classes.txt nor data.yaml')
  })

  test('class files that disagree are refused', async () => {
    await put('classes.txt', 'car\nbus\n')
    await put('data.yaml', 'names: [bus, car]')
    await expect(readClassList(root)).rejects.toThrow('disagree')
  })

  test('metadata is found at the top and in split folders', async () => {
    await put('metadata.jsonl', '{"image":"train/images/a.jpg","flight":"f1"}\n')
    await put('val/metadata.jsonl', '{"image":"images/b.jpg","flight":"f2"}\n')
    const metadata = await readImageMetadata(root, ['train', 'val'])
    expect([metadata.get('train/images/a.jpg')?.['flight'], metadata.get('val/images/b.jpg')?.['flight']]).toEqual([
      'f1',
      'f2',
    ])
    await put('metadata.jsonl', '{"image":"a"}\n[1]\n')
    await expect(readImageMetadata(root, [])).rejects.toThrow('metadata.jsonl:2 is not an object')
  })
})

describe('altitude above take-off', () => {
  test('is not known where the metadata does not give a number', () => {
    expect(altitudeOf({ image: 'a.jpg', altitudeM: 80 })).toBe(80)
    expect(altitudeOf({ image: 'a.jpg', altitudeM: '80' })).toBeUndefined()
    expect(altitudeOf({ image: 'a.jpg' })).toBeUndefined()
    expect(altitudeOf(undefined)).toBeUndefined()
  })
})
