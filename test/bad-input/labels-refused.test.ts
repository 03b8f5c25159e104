import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BOX,
  CATEGORIES,
  FROM_COCO,
  GOOD,
  GT_BOX,
  LABELS_ONLY,
  bbox,
  coco,
  convert,
  manifest,
  nested,
  prepareSamples,
  utf16,
  yamlBomb,
  yolo,
  type Content,
} from '../support/label-samples.ts'

let samples: AsyncDisposable

beforeAll(async () => {
  samples = await prepareSamples()
})
afterAll(() => samples[Symbol.asyncDispose]())

describe('is refused with its place', () => {
  test.each<[string, Record<string, Content>, string[], string, string]>([
    ['COCO cut off', { 'a.json': coco().slice(0, -30) }, LABELS_ONLY, 'data.json', 'a.json is cut off after 147 bytes'],
    [
      'COCO with NaN',
      { 'a.json': bbox(1, 2, 3, 4).replace('[1,', '[NaN,') },
      LABELS_ONLY,
      'data.json',
      'a.json is not valid JSON',
    ],
    [
      'COCO with Infinity',
      { 'a.json': bbox(1, 2, 3, 4).replace('[1,', '[-Infinity,') },
      LABELS_ONLY,
      'data.json',
      'not valid JSON',
    ],
    [
      'COCO as UTF-16',
      { 'a.json': utf16(coco()) },
      FROM_COCO,
      'data.encoding',
      'a.json is UTF-16 text; only UTF-8 is read',
    ],
    ['COCO of 0 bytes', { 'a.json': '' }, FROM_COCO, 'data.json', 'a.json is empty (0 bytes)'],
    [
      'COCO nested without end',
      { 'a.json': `{"images":${nested('[', ']', 100_000)}}` },
      FROM_COCO,
      'data.json',
      'more than 200 deep',
    ],
    [
      'COCO without categories',
      { 'a.json': coco([BOX], { categories: [] }) },
      LABELS_ONLY,
      'data.classes',
      'a.json has no list "categories"',
    ],
    [
      'COCO with a category number twice',
      { 'a.json': coco([BOX], { categories: [...CATEGORIES, { id: 1, name: 'bus' }] }) },
      LABELS_ONLY,
      'data.classes',
      'gives the category number 1 to "car" and "bus"',
    ],
    [
      'COCO with a category name twice',
      { 'a.json': coco([BOX], { categories: [...CATEGORIES, { id: 2, name: 'car' }] }) },
      LABELS_ONLY,
      'data.classes',
      'names the class "car" twice',
    ],
    [
      'COCO with an image without a name',
      { 'a.json': coco([BOX], { images: [{ id: 1 }] }) },
      LABELS_ONLY,
      'data.coco',
      'no id or file_name in image 0: {"id":1}',
    ],
    [
      'COCO whose images are all missing',
      { 'a.json': coco() },
      ['--to', 'coco'],
      'data.images',
      'none of the 1 images is below',
    ],
    [
      'classes with a gap in the list',
      { ...yolo(GOOD), 'classes.txt': 'car\n\nbus\n' },
      LABELS_ONLY,
      'data.classes',
      'classes.txt line 2 is empty',
    ],
    [
      'classes with a gap in the numbers',
      { ...yolo(GOOD), 'classes.txt': 'car\n', 'data.yaml': 'names: {0: car, 2: bus}' },
      LABELS_ONLY,
      'data.classes',
      'leaves out number 1',
    ],
    [
      'classes twice',
      { ...yolo(GOOD), 'classes.txt': 'car\ncar\n' },
      LABELS_ONLY,
      'data.classes',
      '"car" stands twice',
    ],
    [
      'classes that differ in case',
      { ...yolo(GOOD), 'classes.txt': 'car\nCar\n' },
      LABELS_ONLY,
      'data.classes',
      '"car", "Car" differ in upper and lower case alone',
    ],
    [
      'data.yaml with a bomb of aliases',
      { ...yolo(GOOD), 'classes.txt': '', 'data.yaml': yamlBomb() },
      LABELS_ONLY,
      'data.yaml',
      'data.yaml cannot be read: Excessive alias count',
    ],
    [
      'data.yaml with another count',
      { ...yolo(GOOD), 'data.yaml': 'nc: 3\nnames: [car, bus]' },
      LABELS_ONLY,
      'data.classes',
      'names 2 classes, but nc is 3',
    ],
    [
      'a manifest line that is no JSON',
      { 'a.manifest': `${manifest([GT_BOX])}{"source-ref":\n` },
      LABELS_ONLY,
      'data.manifest',
      'a.manifest:2 is not valid JSON',
    ],
    [
      'a manifest line without an image',
      { 'a.manifest': '{"source-ref":"s3://b/a.png"}\n{"boxes":{}}\n' },
      LABELS_ONLY,
      'data.manifest',
      'a.manifest:2 has no "source-ref"',
    ],
    [
      'a manifest of texts',
      { 'a.manifest': '{"source":"some text"}\n' },
      LABELS_ONLY,
      'data.manifest',
      'a.manifest:1 holds text ("source"), not an image',
    ],
    [
      'a manifest with a line without end',
      { 'a.manifest': `{"source-ref":"${'x'.repeat(17 * 1024 * 1024)}` },
      LABELS_ONLY,
      'data.manifest',
      'a line of more than 16777216 characters',
    ],
    [
      'a manifest with a class map that is none',
      { 'a.manifest': manifest([GT_BOX]).replace('"0":"car"', '"zero":"car"') },
      LABELS_ONLY,
      'data.manifest',
      'has "zero" in its class-map',
    ],
    [
      'CVAT with tracks of a video',
      { 'annotations.xml': '<annotations><track id="0"/></annotations>' },
      LABELS_ONLY,
      'data.cvat',
      'annotations.xml:1 is an export "CVAT for video"',
    ],
    [
      'CVAT with a document type',
      { 'annotations.xml': `<!DOCTYPE a [<!ENTITY x "y">]><annotations/>` },
      LABELS_ONLY,
      'data.xml',
      'annotations.xml:1 has a document type declaration',
    ],
    [
      'CVAT cut off',
      { 'annotations.xml': '<annotations><image name="a.png">' },
      LABELS_ONLY,
      'data.xml',
      'annotations.xml is not valid XML: line 1',
    ],
    [
      'CVAT with an image without a name',
      { 'annotations.xml': '<annotations><image width="1"/></annotations>' },
      LABELS_ONLY,
      'data.cvat',
      'has an image without a name',
    ],
    [
      'Label Studio without an image',
      { 'a.json': '[{"id":7,"data":{"text":"x"},"annotations":[]}]' },
      LABELS_ONLY,
      'data.label-studio',
      'task 7 names no image: {"text":"x"}',
    ],
    [
      'Label Studio with tasks that are no objects',
      { 'a.json': '[1]' },
      LABELS_ONLY,
      'data.label-studio',
      'a.json: task 0 is not an object',
    ],
    [
      'no format that is known',
      { 'readme.md': 'soon' },
      LABELS_ONLY,
      'data.format',
      'holds none of the formats that are read: yolo, coco',
    ],
    [
      'several formats',
      { ...yolo(GOOD), 'annotations.xml': '<annotations/>' },
      LABELS_ONLY,
      'data.format',
      'holds several formats: cvat, yolo',
    ],
    [
      'an archive',
      { 'a.zip': 'PK\u0003\u0004' },
      ['in/a.zip', ...LABELS_ONLY],
      'data.format',
      'a.zip is none of the formats',
    ],
    ['a source that is not there', {}, ['nowhere', ...LABELS_ONLY], 'data.source', 'there is no file or folder'],
    [
      'a circle of links as the source',
      { 'a.json': { link: 'a.json' } },
      ['in/a.json', ...LABELS_ONLY],
      'data.source',
      'there is no file or folder',
    ],
    [
      'a class to rename that is not there',
      { 'a.json': coco() },
      [...LABELS_ONLY, '--map', 'Van=car'],
      'data.classes',
      'there is no class "Van" to rename; there are "car"',
    ],
    [
      'a class to keep that is not there',
      { 'a.json': coco() },
      [...LABELS_ONLY, '--classes', 'bus'],
      'data.classes',
      'there is no class "bus" to keep; there are "car"',
    ],
    [
      'a Ground Truth target without an address',
      { 'a.json': coco() },
      ['--to', 'ground-truth', '--images', 'none'],
      'data.image-prefix',
      'names images by their S3 addresses',
    ],
    [
      'a loss, when none is allowed',
      { 'a.json': bbox(1, 1, -5, 5) },
      [...LABELS_ONLY, '--strict'],
      'data.loss',
      '1 of 1 boxes and 1 of 1 images would be lost',
    ],
  ])('%s', async (name, files, args, code, message) => {
    const answer = await convert(`refused ${name}`, files, ...args)
    expect(answer).toMatchObject({ code: 1, error: { code, message: expect.stringContaining(message) as string } })
    // Nothing is left of an output that did not come to be.
    expect((await readdir(answer.folder)).filter((entry) => entry !== 'in')).toEqual([])
  })
})
