import {
  appendFile,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readJson } from '../../core/json.ts'
import { run as runPreprocess } from '../../jobs/preprocess.ts'
import { run as runValidate } from '../../jobs/validate.ts'
import { prepareDataset, type PrepareOptions } from './prepare-dataset.ts'
import { DEFAULT_SETTINGS } from './prepared-dataset.ts'
import { validateDataset } from './validate-dataset.ts'
import { writeParts } from './write-frame.ts'

let root = ''
let input = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skyloop-prepare-'))
  input = join(root, 'input')
  await put('classes.txt', 'car\nbus\n')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(join(input, path, '..'), { recursive: true })
  await writeFile(join(input, path), content)
}

/** A picture of 200 x 120 px whose brightness wave is drawn from `seed`, so that no two look alike. */
async function picture(seed: number, width = 200, height = 120): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave =
        Math.sin(x * (0.03 + (seed % 7) * 0.021) + seed) + Math.cos(y * (0.04 + (seed % 5) * 0.027) - seed * 2)
      pixels.fill(Math.round(128 + 50 * wave), (y * width + x) * 3, (y * width + x) * 3 + 3)
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer()
}

async function frame(split: string, stem: string, seed: number, labels: string | undefined): Promise<void> {
  await put(`${split}/images/${stem}.jpg`, await picture(seed))
  if (labels !== undefined) await put(`${split}/labels/${stem}.txt`, labels)
}

function options(change: Partial<PrepareOptions> = {}): PrepareOptions {
  return {
    ...DEFAULT_SETTINGS,
    tile: { size: 120, overlap: 0.2, scale: 0.5 },
    input,
    output: join(root, 'output'),
    ...change,
  }
}

async function small(): Promise<void> {
  // Tiles of 120 px over 200 x 120: x 0..120 and 80..200.
  await frame('train', 'a-1', 1, '0 0.10 0.5 0.1 0.2\n')
  await frame('train', 'a-2', 2, '0 0.50 0.5 0.1 0.2\n1 0.9 0.5 0.1 0.2\n')
  await frame('val', 'b-1', 3, '1 0.25 0.5 0.2 0.4\n')
}

test('frames become tiles at their scale, with whole frames beside them', async () => {
  await small()
  const dataset = await prepareDataset(options({ background: 0.5 }))
  expect(dataset.images).toEqual({ train: 4, val: 2, test: 0 })
  // The car at x 90..110 lies in both tiles of a-2.
  expect(dataset.boxes).toEqual({ train: 4, val: 1, test: 0 })
  expect(dataset.report.sourceBoxes).toEqual({ train: 3, val: 1, test: 0 })
  expect(dataset.boxesPerClass['car']).toEqual({ train: 3, val: 0, test: 0 })
  expect(await readdir(join(root, 'output', 'val', 'images'))).toEqual(['b-1__x0_y0.jpg', 'b-1__x80_y0.jpg'])
  const { width, height } = await sharp(join(root, 'output', 'val', 'images', 'b-1__x0_y0.jpg')).metadata()
  expect([width, height]).toEqual([60, 60])
  // 30..70 of the 120 px tile.
  expect(await readFile(join(root, 'output', 'val', 'labels', 'b-1__x0_y0.txt'), 'utf8')).toBe(
    '1 0.416667 0.500000 0.333333 0.400000\n',
  )
  const original = await readFile(join(input, 'val', 'images', 'b-1.jpg'))
  expect((await readFile(join(root, 'output', 'frames', 'val', 'images', 'b-1.jpg'))).equals(original)).toBe(true)
  expect(await readFile(join(root, 'output', 'frames', 'val', 'labels', 'b-1.txt'), 'utf8')).toBe(
    '1 0.250000 0.500000 0.200000 0.400000\n',
  )
  expect(dataset.frames).toEqual({ train: 2, val: 1, test: 0 })
  expect(await readFile(join(root, 'output', 'data.yaml'), 'utf8')).toBe(
    'train: train/images\nval: val/images\nnames:\n  0: car\n  1: bus\n',
  )
  expect(await readJson(join(root, 'output', 'dataset.json'))).toEqual(dataset)
  const lines = (await readFile(join(root, 'output', 'metadata.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.find((line) => line.image === 'val/images/b-1__x80_y0.jpg')).toEqual({
    flight: 'b',
    source: 'val/images/b-1.jpg',
    image: 'val/images/b-1__x80_y0.jpg',
    tileXyxyPx: [80, 0, 200, 120],
    scale: 0.5,
  })
})

test('the altitude that the camera wrote goes with every tile, unless the metadata gives another', async () => {
  await small()
  const xmp = (altitude: string): string =>
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" drone-dji:RelativeAltitude="${altitude}"/></rdf:RDF></x:xmpmeta>`
  for (const [split, name, altitude] of [
    ['train', 'a-1', '+40.10'],
    ['val', 'b-1', '+99.90'],
  ] as const) {
    const path = join(input, split, 'images', `${name}.jpg`)
    await writeFile(
      path,
      await sharp(await readFile(path))
        .withXmp(xmp(altitude))
        .jpeg()
        .toBuffer(),
    )
  }
  await writeFile(join(input, 'metadata.jsonl'), '{"image":"val/images/b-1.jpg","altitudeM":75}\n')
  await prepareDataset(options())
  const lines = (await readFile(join(root, 'output', 'metadata.jsonl'), 'utf8')).trim().split('\n')
  const altitudes = new Map(
    lines.map((line) => {
      const { image, altitudeM } = JSON.parse(line) as { image: string; altitudeM?: number }
      return [image, altitudeM]
    }),
  )
  expect(altitudes.get('train/images/a-1__x0_y0.jpg')).toBe(40.1)
  expect(altitudes.get('val/images/b-1__x80_y0.jpg')).toBe(75)
  expect(altitudes.get('frames/val/images/b-1.jpg')).toBe(75)
  expect(altitudes.get('train/images/a-2__x0_y0.jpg')).toBeUndefined()
})

test('background tiles of train are kept at their share, those of val all', async () => {
  await small()
  // Of train's four tiles three have boxes; a tenth of background leaves no room for the fourth.
  const dataset = await prepareDataset(options({ background: 0.1 }))
  expect(dataset.images).toEqual({ train: 3, val: 2, test: 0 })
  expect(dataset.report.backgroundLeftOut.train).toBe(1)
  expect(dataset.report.backgroundKept).toEqual({ train: 0, val: 1, test: 0 })
})

test('the pixels of a tile are those of the frame', async () => {
  await small()
  await prepareDataset(options({ tile: { size: 120, overlap: 0.2, scale: 1 } }))
  const tile = await sharp(join(root, 'output', 'val', 'images', 'b-1__x80_y0.jpg'))
    .raw()
    .toBuffer()
  const source = await sharp(join(input, 'val', 'images', 'b-1.jpg'))
    .raw()
    .toBuffer()
  for (const [x, y] of [
    [3, 5],
    [60, 100],
    [119, 119],
  ] as const) {
    expect(Math.abs(tile[(y * 120 + x) * 3]! - source[(y * 200 + x + 80) * 3]!)).toBeLessThanOrEqual(6)
  }
})

test('without tiles whole frames are written', async () => {
  await small()
  const dataset = await prepareDataset(options({ tile: null, scale: 0.5 }))
  expect([dataset.images.train, dataset.tile]).toEqual([2, null])
  expect((await sharp(join(root, 'output', 'train', 'images', 'a-1.jpg')).metadata()).width).toBe(100)
})

test('the version depends on content and options, not on machine or order', async () => {
  await small()
  const first = await prepareDataset(options())
  const again = await prepareDataset(options({ output: join(root, 'second'), concurrency: 1 }))
  expect(again.contentHash).toBe(first.contentHash)
  expect(first.contentHash).toMatch(/^sha256:[0-9a-f]{64}$/)
  const other = await prepareDataset(options({ output: join(root, 'third'), minVisible: 0.31 }))
  expect(other.contentHash).not.toBe(first.contentHash)
  await appendFile(join(input, 'val', 'labels', 'b-1.txt'), '0 0.5 0.5 0.1 0.1\n')
  const changed = await prepareDataset(options({ output: join(root, 'fourth') }))
  expect(changed.contentHash).not.toBe(first.contentHash)
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'EXIF orientation %i: the box frames what it framed for the eye',
  async (orientation) => {
    await small()
    // For the eye 200 x 120 px of grey with a white block at 140..180, 20..60; stored so that the orientation undoes it.
    const upright = sharp({ create: { width: 200, height: 120, channels: 3, background: '#404040' } }).composite([
      { input: { create: { width: 40, height: 40, channels: 3, background: '#ffffff' } }, left: 140, top: 20 },
    ])
    const inverse = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation
    const turned = await sharp(await upright.png().toBuffer())
      .withMetadata({ orientation: inverse })
      .toBuffer()
    const stored = await sharp(turned).autoOrient().png().toBuffer()
    await put(
      'train/images/c-1.jpg',
      await sharp(stored).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer(),
    )
    await put('train/labels/c-1.txt', '0 0.8 0.333333 0.2 0.333333\n')
    const inside = async (path: string): Promise<number> => {
      const { data, info } = await sharp(join(root, path))
        .autoOrient()
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true })
      const label = (
        await readFile(join(root, path.replace('images', 'labels').replace('.jpg', '.txt')), 'utf8')
      ).trim()
      const [, cx, cy, w, h] = label.split(' ').map(Number) as [number, number, number, number, number]
      let [lit, boxed] = [0, 0]
      for (let y = 0; y < info.height; y++) {
        for (let x = 0; x < info.width; x++) {
          if (data[(y * info.width + x) * info.channels]! < 160) continue
          lit++
          if (Math.abs((x + 0.5) / info.width - cx) < w / 2 && Math.abs((y + 0.5) / info.height - cy) < h / 2) boxed++
        }
      }
      expect(lit).toBeGreaterThan(100)
      return boxed / lit
    }
    await prepareDataset(options({ tile: null, scale: 0.5 }))
    expect((await sharp(join(root, 'output/train/images/c-1.jpg')).metadata()).width).toBe(100)
    expect(await inside('output/train/images/c-1.jpg')).toBeGreaterThan(0.95)
    // The whole frame is the camera's own file, with the orientation still to be applied.
    expect(await inside('output/frames/train/images/c-1.jpg')).toBeGreaterThan(0.95)
    await prepareDataset(options({ output: join(root, 'letter'), tile: null, letterbox: 64 }))
    expect(await inside('letter/train/images/c-1.jpg')).toBeGreaterThan(0.95)
    const cut = await prepareDataset(
      options({ output: join(root, 'cut'), augment: { copies: 1, by: ['flip', 'rotate'] } }),
    )
    expect(cut.report.augmented.boxesCutAway).toBe(0)
    expect(await inside('cut/train/images/c-1__x80_y0.jpg')).toBeGreaterThan(0.95)
    expect(await inside('cut/train/images/c-1__x80_y0__a1.jpg')).toBeGreaterThan(0.95)
  },
)

test('the card says what a person must know, and names cannot break out of it', async () => {
  await put('classes.txt', 'car\nb|us <img>\n')
  await small()
  await prepareDataset(
    options({
      resplit: true,
      seed: 1,
      licence: 'CC BY 4.0',
      origin: 'flown\nby <us>',
      augment: { copies: 1, by: ['flip'] },
    }),
  )
  const card = await readFile(join(root, 'output', 'README.md'), 'utf8')
  expect(card).toContain('- Licence: CC BY 4.0.')
  expect(card).toContain('- Source: flown by &lt;us>; 3 images in the layout split/images.')
  expect(card).toContain('- Sizes: 200x120 px (3).')
  expect(card).toContain('nothing is in two splits that is of one flight, was taken within 50 m, or looks alike')
  expect(card).toContain('changed copies of train images (by flip)')
  expect(card).toContain('| b\\|us &lt;img> |')
  expect(card).not.toContain('<img')
})

test('whole images and tiles cannot be asked for together, nor shares that leave nothing for train', async () => {
  await small()
  await expect(prepareDataset(options({ letterbox: 640 }))).rejects.toMatchObject({ code: 'data.prepare.options' })
  await expect(prepareDataset(options({ resplit: true, valFraction: 0.6, testFraction: 0.4 }))).rejects.toMatchObject({
    code: 'data.split',
  })
})

describe('broken input', () => {
  test('an empty and a truncated image fail the job by name, or are skipped and reported', async () => {
    await small()
    await put('train/images/zero.jpg', '')
    await put('train/labels/zero.txt', '')
    await copyFile(join(input, 'train/images/a-1.jpg'), join(input, 'train/images/half.jpg'))
    await truncate(join(input, 'train/images/half.jpg'), 1500)
    await put('train/labels/half.txt', '0 0.5 0.5 0.1 0.1\n')
    await put('val/images/text.jpg', 'no image at all')
    await put('val/labels/text.txt', '')
    const failure = prepareDataset(options())
    await expect(failure).rejects.toMatchObject({ code: 'data.corrupt' })
    await expect(failure).rejects.toThrow(
      /train\/images\/half\.jpg: [^]*train\/images\/zero\.jpg: the file is empty[^]*val\/images\/text\.jpg/,
    )
    const dataset = await prepareDataset(options({ output: join(root, 'second'), onCorrupt: 'skip' }))
    expect(dataset.report.corrupt.map((item) => item.image)).toEqual([
      'train/images/half.jpg',
      'train/images/zero.jpg',
      'val/images/text.jpg',
    ])
    expect(dataset.report.sourceImages).toBe(6)
    expect(dataset.report.sourceBoxes).toEqual({ train: 3, val: 1, test: 0 })
  })

  test('an unknown class fails by file and line, or is dropped and counted', async () => {
    await small()
    await put('train/labels/a-1.txt', '0 0.1 0.5 0.1 0.2\n7 0.3 0.5 0.1 0.2\n')
    await expect(prepareDataset(options())).rejects.toThrow('train/labels/a-1.txt:2')
    const dataset = await prepareDataset(options({ output: join(root, 'second'), unknownClass: 'drop' }))
    expect(dataset.report.labels.counts).toEqual({ 'unknown-class': 1 })
    expect(dataset.report.warnings).toEqual(['1 label line(s) were dropped; see report.labels'])
  })

  test('labels outside the frame are dropped by name, ones over its edge are cut', async () => {
    await small()
    await put('train/labels/a-1.txt', '0 1.4 0.5 0.1 0.2\n0 0.98 0.5 0.1 0.2\n')
    const { report } = await prepareDataset(options())
    expect([report.labels.lines, report.labels.kept, report.labels.dropped]).toEqual([5, 4, 1])
    expect(report.labels.examples.map((issue) => `${issue.file}:${issue.line} ${issue.kind}`)).toEqual([
      'train/labels/a-1.txt:1 outside',
      'train/labels/a-1.txt:2 clipped',
    ])
  })

  test('a missing label file is not an empty one', async () => {
    await small()
    await frame('train', 'a-3', 4, undefined)
    await frame('train', 'a-4', 5, '')
    const skipped = await prepareDataset(options({ tile: null }))
    expect([skipped.images.train, skipped.report.missingLabels]).toEqual([3, ['train/images/a-3.jpg']])
    const background = await prepareDataset(
      options({ tile: null, missingLabels: 'background', output: join(root, 'second') }),
    )
    expect(background.images.train).toBe(4)
    await expect(prepareDataset(options({ missingLabels: 'fail', output: join(root, 'third') }))).rejects.toThrow(
      'a-3.jpg',
    )
  })

  test('an empty set, a folder in use and a lone flight are refused', async () => {
    await expect(prepareDataset(options())).rejects.toMatchObject({ code: 'data.empty' })
    await frame('images/..', 'solo-1', 1, '0 0.5 0.5 0.1 0.1\n')
    await frame('images/..', 'solo-2', 2, '0 0.5 0.5 0.1 0.1\n')
    await expect(prepareDataset(options())).rejects.toMatchObject({ code: 'data.split' })
    await mkdir(join(root, 'output', 'x'), { recursive: true })
    await expect(prepareDataset(options())).rejects.toMatchObject({ code: 'data.prepare.output' })
  })
})

test.skipIf(!existsSync('/dev/full'))('a full disk is named as what it is', async () => {
  await small()
  await mkdir(join(root, 'full', 'images'), { recursive: true })
  await symlink('/dev/full', join(root, 'full', 'images', 'a.jpg'))
  const parts = [{ stem: 'a', rect: undefined, boxes: [] }]
  const failure = writeParts(join(input, 'train/images/a-1.jpg'), join(root, 'full'), parts, 1)
  await expect(failure).rejects.toMatchObject({ code: 'data.write', fault: 'machine' })
  await expect(failure).rejects.toThrow('the disk is full')
})

test.each([
  ['a 16-bit grey PNG', (image: Sharp) => image.greyscale().toColourspace('grey16').png().toBuffer()],
  ['a PNG with transparency', (image: Sharp) => image.ensureAlpha(0.5).png().toBuffer()],
  ['a CMYK JPEG', (image: Sharp) => image.toColourspace('cmyk').jpeg().toBuffer()],
])('%s becomes an ordinary RGB tile', async (_name, make) => {
  await mkdir(join(root, 'out', 'images'), { recursive: true })
  await mkdir(join(root, 'out', 'labels'), { recursive: true })
  await put('odd', await make(sharp(await picture(4))))
  await writeParts(join(input, 'odd'), join(root, 'out'), [{ stem: 'a', rect: undefined, boxes: [] }], 1)
  const { channels, depth, space, width } = await sharp(join(root, 'out', 'images', 'a.jpg')).metadata()
  expect([channels, depth, space, width]).toEqual([3, 'uchar', 'srgb', 200])
})

describe('validation', () => {
  const prepared = async (): Promise<string> => {
    await small()
    await prepareDataset(options())
    return join(root, 'output')
  }

  test('a prepared set is valid', async () => {
    const validation = await validateDataset(await prepared())
    expect([validation.valid, validation.problems]).toEqual([true, []])
    expect(validation.counts.boxes).toEqual({ train: 4, val: 1, test: 0 })
    expect(validation.counts.flights).toEqual({ train: 1, val: 1, test: 0 })
    expect(validation.warnings).toContain('"bus" has only 1 box(es) in train')
  })

  test('the same picture in two splits is a leak; a recompressed copy is a warning', async () => {
    const folder = await prepared()
    await copyFile(join(folder, 'train/images/a-1__x0_y0.jpg'), join(folder, 'val/images/copy.jpg'))
    await writeFile(join(folder, 'val/labels/copy.txt'), '')
    const near = await sharp(join(folder, 'train/images/a-2__x0_y0.jpg'))
      .modulate({ brightness: 1.05 })
      .jpeg({ quality: 60 })
      .toBuffer()
    await writeFile(join(folder, 'val/images/near.jpg'), near)
    await writeFile(join(folder, 'val/labels/near.txt'), '')
    const validation = await validateDataset(folder)
    expect(validation.problems).toEqual([
      '1 image(s) stand in two splits: train/images/a-1__x0_y0.jpg = val/images/copy.jpg',
    ])
    expect(validation.warnings.join('\n')).toContain('train/images/a-2__x0_y0.jpg ~ val/images/near.jpg')
  })

  test('a flight in two splits is a leak', async () => {
    await frame('train', 'x-1', 1, '0 0.5 0.5 0.1 0.1\n')
    await frame('val', 'x-2', 2, '0 0.5 0.5 0.1 0.1\n')
    await prepareDataset(options())
    const { problems } = await validateDataset(join(root, 'output'))
    expect(problems).toEqual(['flight(s) in more than one split: x; scores would flatter'])
  })

  test('wrong labels, a missing label file and a broken image are problems by name', async () => {
    const folder = await prepared()
    await writeFile(join(folder, 'train/labels/a-1__x0_y0.txt'), '5 0.5 0.5 0.1 0.1\n')
    await rm(join(folder, 'train/labels/a-2__x0_y0.txt'))
    await truncate(join(folder, 'val/images/b-1__x0_y0.jpg'), 300)
    const { valid, problems } = await validateDataset(folder)
    expect(valid).toBe(false)
    expect(problems.map((problem) => problem.replace(/ \(.*/, ''))).toEqual([
      '1 have no label file: train/images/a-2__x0_y0.jpg',
      '1 label line(s) are wrong: train/labels/a-1__x0_y0.txt:1: the class number is not in the class list: "5 0.5 0.5 0.1 0.1"',
      '1 image(s) cannot be decoded: val/images/b-1__x0_y0.jpg',
      '1 file(s) of this version are missing: train/labels/a-2__x0_y0.txt',
      '2 file(s) are not what they were when this version was made: train/labels/a-1__x0_y0.txt; val/images/b-1__x0_y0.jpg',
    ])
  })
})

test('the jobs keep the container contract', async () => {
  await small()
  const base = join(root, 'opt')
  await mkdir(join(base, 'processing'), { recursive: true })
  await cp(input, join(base, 'processing', 'input'), { recursive: true })
  process.env['SAGEMAKER_BASE_DIR'] = base
  try {
    expect(await runPreprocess(['--tile', '120', '--imgsz', '60', '--overlap', '0.2'])).toBe(0)
    expect(await readFile(join(base, 'output', 'message'), 'utf8')).toContain('2 val')
    expect(await readJson(join(base, 'processing', 'output', 'dataset.json'))).toMatchObject({
      tile: { size: 120, overlap: 0.2, scale: 0.5 },
    })
    await cp(join(base, 'processing', 'output'), join(base, 'processing', 'data'), { recursive: true })
    expect(await runValidate([])).toBe(0)
    expect(await readJson(join(base, 'processing', 'validation', 'validation.json'))).toMatchObject({ valid: true })
    expect(await runValidate(['--min-images', '100'])).toBe(1)
    expect(await readFile(join(base, 'output', 'failure'), 'utf8')).toMatch(
      /^data\.invalid: the data set is not fit for training: train has \d+ image\(s\)/,
    )
    expect(await runPreprocess(['--tile', 'huge'])).toBe(1)
    expect(await readFile(join(base, 'output', 'failure'), 'utf8')).toContain('--tile is "huge"; allowed: 32 to 20000')
    expect(await runPreprocess(['--tiles', '640'])).toBe(1)
  } finally {
    delete process.env['SAGEMAKER_BASE_DIR']
  }
})
