import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/labelled-set.ts'
import { messageOf, SkyloopError } from '../../../core/errors.ts'
import type { LabelFormat } from '../labelled-image.ts'
import { convertDataset } from './convert-dataset.ts'

let root: Awaited<ReturnType<typeof temporaryFolder>>
let runs = 0

beforeAll(async () => {
  root = await temporaryFolder()
})
afterAll(() => root[Symbol.asyncDispose]())

const image = { width: 100, height: 50 }

/** One sound file of each format, and what must stand beside it. */
const SAMPLES: Readonly<Record<LabelFormat, { path: string; text: string; beside?: Record<string, string> }>> = {
  yolo: {
    path: 'labels/a.txt',
    text: '0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.3 0.1 0.2 0.4\n',
    beside: { 'classes.txt': 'car\nbus\n', 'images/a.png': 'no picture' },
  },
  coco: {
    path: 'a.json',
    text: JSON.stringify({
      images: [{ id: 1, file_name: 'a.png', ...image }],
      annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [1, 2, 30, 4.5], iscrowd: 0 }],
      categories: [{ id: 1, name: 'car' }],
    }),
  },
  voc: {
    path: 'Annotations/a.xml',
    text:
      '<annotation><filename>a.png</filename><size><width>100</width><height>50</height></size><object><name>car</name>' +
      '<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>',
  },
  visdrone: {
    path: 'annotations/a.txt',
    text: '1,2,30,40,1,4,0,0\n5,6,7,8,0,0,0,0\n',
    beside: { 'images/a.png': 'no picture' },
  },
  'ground-truth': {
    path: 'a.manifest',
    text: `${JSON.stringify({
      'source-ref': 's3://b/a.png',
      boxes: {
        image_size: [{ ...image, depth: 3 }],
        annotations: [{ class_id: 0, left: 1, top: 2, width: 3, height: 4 }],
      },
      'boxes-metadata': {
        objects: [{ confidence: 0.5 }],
        'class-map': { 0: 'car' },
        type: 'groundtruth/object-detection',
      },
    })}\n`,
  },
  cvat: {
    path: 'annotations.xml',
    text:
      '<annotations><meta><task><labels><label><name>car</name></label></labels></task></meta><image name="a.png" width="100"' +
      ' height="50"><box label="car" xtl="1" ytl="2" xbr="30" ybr="40" rotation="5.5"/></image></annotations>',
  },
  'label-studio': {
    path: 'a.json',
    text: JSON.stringify([
      {
        id: 1,
        data: { image: 'a.png' },
        annotations: [
          {
            result: [
              {
                original_width: 100,
                original_height: 50,
                value: { x: 1, y: 2, width: 30, height: 40, rotation: 5, rectanglelabels: ['car'] },
              },
            ],
          },
        ],
      },
    ]),
  },
}

const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    text: fc.oneof(
      fc.constantFrom('', '-', '0', '9e999', 'NaN', '"', '<', '>', '&', '[', '{', '\0', '\u00ff', ',', '\n', 'null'),
      fc.string({ maxLength: 4 }),
    ),
    replaced: fc.integer({ min: 0, max: 12 }),
  }),
  { minLength: 1, maxLength: 4 },
)

test.each(Object.keys(SAMPLES) as LabelFormat[])(
  '%s: whatever is changed in a file, each box is kept or reported, or the file is refused with a reason',
  async (from) => {
    const { path, text, beside = {} } = SAMPLES[from]
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        let damaged = text
        for (const { at, text: put, replaced } of changes) {
          const start = Math.floor(at * damaged.length)
          damaged = damaged.slice(0, start) + put + damaged.slice(start + replaced)
        }
        const folder = join(root.path, `${++runs}`)
        for (const [name, content] of Object.entries({ ...beside, [path]: damaged })) {
          await mkdir(dirname(join(folder, 'in', name)), { recursive: true })
          await writeFile(join(folder, 'in', name), content)
        }
        const options = { source: join(folder, 'in'), from, to: 'coco', images: 'none', now: new Date(0) } as const
        const outcome = await convertDataset({ ...options, output: join(folder, 'out') }).then(
          ({ labels, images }) => {
            const lost = labels.lines - labels.kept - labels.dropped
            const missing = images.read - images.labelled - images.background - images.unknown - images.leftOut
            return lost === 0 && missing === 0 ? 'accounted for' : `${lost} boxes and ${missing} images are lost`
          },
          (error: unknown) =>
            error instanceof SkyloopError && error.fault === 'user' ? error.code : `failed: ${messageOf(error)}`,
        )
        expect(outcome).toMatch(/^(accounted for$|data\.|core\.)/)
        await rm(folder, { recursive: true, force: true })
      }),
      { numRuns: 15, endOnFailure: true },
    )
  },
)
