import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { localFrame } from '../geo/local-frame.ts'
import { readManifest } from '../version/manifest.ts'
import { groupImages, type RelatedImage } from './group-images.ts'
import { prepareDataset } from './prepare-dataset.ts'
import { DEFAULT_SETTINGS } from './prepared-dataset.ts'
import { validateDataset } from './validate-dataset.ts'

const FRAME = localFrame({ latitudeDeg: 52, longitudeDeg: 13 })
const RULE = { placeRadiusM: 50, lookBits: 6 }

/** An image `eastM` metres east of a point; content and look of its own unless given. */
const image = (name: string, flight: string, eastM: number | undefined, look?: number): RelatedImage => ({
  image: name,
  flight,
  place: eastM === undefined ? undefined : FRAME.toGeo({ eastM, northM: 0 }),
  sha256: name,
  look: look === undefined ? undefined : Uint32Array.from([look, 0, 0, 0]),
})

const namesOf = (images: readonly RelatedImage[]): string[][] =>
  groupImages(images, RULE).groups.map(({ members }) => members.map((member) => member.image))

const bitsOf = (word: number): number => (word >>> 0).toString(2).replaceAll('0', '').length

/** Names `i0`, `i1` and so on of what a relation connects, by spreading the smallest number until nothing changes. */
function connected<T>(rows: readonly T[], related: (a: T, b: T) => boolean): string[] {
  const label = rows.map((_, k) => k)
  for (let again = true; again;) {
    again = false
    rows.forEach((a, k) =>
      rows.forEach((b, l) => {
        if (label[l]! < label[k]! && related(a, b)) {
          label[k] = label[l]!
          again = true
        }
      }),
    )
  }
  const groups = new Map<number, string[]>()
  label.forEach((at, k) => groups.set(at, [...(groups.get(at) ?? []), `i${k}`]))
  return [...groups.values()].map((names) => names.sort().join(' ')).sort()
}

describe('images that must not be parted', () => {
  test('are of one flight, within the radius, of one look, or connected by such', () => {
    const images = [
      image('a1', 'a', 0),
      image('a2', 'a', 400),
      // 440 m: 40 m from a2.
      image('b1', 'b', 440),
      // 51 m from b1: too far.
      image('c1', 'c', 491),
      image('d1', 'd', undefined, 0b111111),
      // Six bits from d1, seven from f1.
      image('e1', 'e', undefined, 0),
      image('f1', 'f', undefined, 0b1111111000000),
    ]
    expect(namesOf(images)).toEqual([['a1', 'a2', 'b1'], ['c1'], ['d1', 'e1'], ['f1']])
    expect(groupImages(images, RULE).joined).toEqual({ flight: 1, place: 1, look: 1 })
    expect(namesOf([image('x', 'x', undefined), { ...image('y', 'y', undefined), sha256: 'x' }])).toEqual([['x', 'y']])
  })

  test('are found as by comparing each with each, whatever the places', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            flight: fc.integer({ min: 0, max: 30 }),
            eastM: fc.integer({ min: -600, max: 600 }),
            northM: fc.integer({ min: -600, max: 600 }),
            look: fc.option(fc.integer({ min: 0, max: 0xffffffff })),
          }),
          { maxLength: 40 },
        ),
        (rows) => {
          const images = rows.map(({ flight, eastM, northM, look }, k): RelatedImage => ({
            image: `i${k}`,
            flight: `f${flight}`,
            place: FRAME.toGeo({ eastM, northM }),
            sha256: `${k}`,
            look: look === null ? undefined : Uint32Array.from([look, look, 0, 0]),
          }))
          // 50.01 m: no two points of a grid of metres are that far apart, so rounding decides nothing.
          const { groups } = groupImages(images, { placeRadiusM: 50.01, lookBits: 6 })
          const found = groups
            .map(({ members }) =>
              members
                .map((member) => member.image)
                .sort()
                .join(' '),
            )
            .sort()
          expect(found).toEqual(
            connected(rows, (a, b) => {
              const near = Math.hypot(a.eastM - b.eastM, a.northM - b.northM) <= 50.01
              // The look stands in two words, so each differing bit counts twice.
              const alike = a.look !== null && b.look !== null && 2 * bitsOf(a.look ^ b.look) <= 6
              return near || alike || a.flight === b.flight
            }),
          )
        },
      ),
      { numRuns: 100 },
    )
  })
})

let root = ''
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'skyloop-leaks-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

/** 96 x 64 px of noise in 8 px blocks: no two seeds look alike. */
async function picture(seed: number, orientation?: number): Promise<Buffer> {
  const blocks = Buffer.from(
    Array.from({ length: 12 * 8 * 3 }, (_, i) =>
      Math.floor((Math.abs(Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453) % 1) * 255),
    ),
  )
  const image = sharp(blocks, { raw: { width: 12, height: 8, channels: 3 } }).resize(96, 64, { kernel: 'nearest' })
  return orientation === undefined ? image.jpeg().toBuffer() : image.jpeg().withMetadata({ orientation }).toBuffer()
}

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), content)
}

interface Planted {
  readonly name: string
  readonly seed: number
  readonly eastM?: number
  readonly change?: (bytes: Buffer) => Promise<Buffer>
}

/** Twelve flights of two pictures each, every flight 1 km from the next, and what a test plants. */
async function source(planted: readonly Planted[]): Promise<void> {
  await put('in/classes.txt', 'car\n')
  const lines: string[] = []
  const add = async ({ name, seed, eastM, change }: Planted): Promise<void> => {
    const bytes = await picture(seed)
    await put(`in/images/${name}.jpg`, change ? await change(bytes) : bytes)
    await put(`in/labels/${name}.txt`, '0 0.5 0.5 0.25 0.25\n')
    const place = eastM === undefined ? undefined : FRAME.toGeo({ eastM, northM: 0 })
    lines.push(
      JSON.stringify({
        image: `images/${name}.jpg`,
        ...(place && { latitude: place.latitudeDeg, longitude: place.longitudeDeg }),
      }),
    )
  }
  for (let flight = 0; flight < 12; flight++) {
    for (const k of [1, 2]) await add({ name: `f${flight}-${k}`, seed: flight * 10 + k, eastM: flight * 1000 + k * 10 })
  }
  for (const item of planted) await add(item)
  await put('in/metadata.jsonl', `${lines.join('\n')}\n`)
}

const LEAKS: readonly Planted[] = [
  // 30 m from flight 3, another flight.
  { name: 'near3', seed: 500, eastM: 3040 },
  { name: 'copy4', seed: 41 },
  {
    name: 'recompressed5',
    seed: 51,
    change: (bytes) => sharp(bytes).modulate({ brightness: 1.04 }).jpeg({ quality: 55 }).toBuffer(),
  },
  {
    name: 'turned6',
    seed: 61,
    change: (bytes) => sharp(bytes).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer(),
  },
]

test('splitting by groups leaks none of the planted pairs, whatever the seed and the way of assigning', async () => {
  await source(LEAKS)
  for (const [seed, assign] of [
    [1, 'stratified'],
    [2, 'hash'],
  ] as const) {
    const output = join(root, `out-${seed}`)
    await prepareDataset({
      ...DEFAULT_SETTINGS,
      input: join(root, 'in'),
      output,
      tile: null,
      seed,
      assign,
      testFraction: 0.2,
    })
    const manifest = (await readManifest(output))!
    const splitOf = new Map(
      manifest.sources.map(({ image: path, split }) => [path.slice('images/'.length, -'.jpg'.length), split]),
    )
    for (const [planted, original] of [
      ['near3', 'f3-1'],
      ['copy4', 'f4-1'],
      ['recompressed5', 'f5-1'],
      ['turned6', 'f6-1'],
    ]) {
      expect([planted, splitOf.get(planted!)]).toEqual([planted, splitOf.get(original!)])
    }
    const { problems, warnings } = await validateDataset(output)
    expect([...problems, ...warnings].filter((text) => /split/.test(text))).toEqual([])
  }
})

test('validation finds every planted leak in a set that was split without looking', async () => {
  await source([])
  const input = join(root, 'flat')
  // The originals in train, what is planted in val.
  await put('flat/classes.txt', 'car\n')
  const lines: string[] = []
  for (const { name, seed, eastM, change } of [
    ...Array.from({ length: 24 }, (_, k) => ({
      name: `f${k >> 1}-${(k % 2) + 1}`,
      seed: (k >> 1) * 10 + (k % 2) + 1,
      eastM: (k >> 1) * 1000 + ((k % 2) + 1) * 10,
      change: undefined,
    })),
    ...LEAKS,
    { name: 'f7-3', seed: 700, eastM: 7030 },
  ] as Planted[]) {
    const split = /^f\d+-[12]$/.test(name) ? 'train' : 'val'
    const bytes = await picture(seed)
    await put(`flat/${split}/images/${name}.jpg`, change ? await change(bytes) : bytes)
    await put(`flat/${split}/labels/${name}.txt`, '0 0.5 0.5 0.25 0.25\n')
    const place = eastM === undefined ? undefined : FRAME.toGeo({ eastM, northM: 0 })
    lines.push(
      JSON.stringify({
        image: `${split}/images/${name}.jpg`,
        flight: name.split('-')[0],
        ...(place && { latitude: place.latitudeDeg, longitude: place.longitudeDeg }),
      }),
    )
  }
  await put('flat/metadata.jsonl', `${lines.join('\n')}\n`)
  const { problems, warnings } = await validateDataset(input)
  const all = [...problems, ...warnings].join('\n')
  expect(all).toContain('flight(s) in more than one split: f7;')
  expect(all).toContain('2 place(s) in more than one split (cameras within 50 m)')
  expect(all).toContain('1 image(s) stand in two splits: train/images/f4-1.jpg = val/images/copy4.jpg')
  expect(all).toContain('train/images/f5-1.jpg ~ val/images/recompressed5.jpg')
  expect(all).toContain('train/images/f6-1.jpg ~ val/images/turned6.jpg')
  expect(all).toContain('2 pair(s) across splits look alike')
})

test('flights that only file names tell of are a warning', async () => {
  await put('named/classes.txt', 'car\n')
  for (const [split, name, seed] of [
    ['train', 'DJI_0005-0001', 1],
    ['val', 'DJI_0005-0002', 2],
    ['val', 'still', 3],
  ] as const) {
    await put(`named/${split}/images/${name}.jpg`, await picture(seed))
    await put(`named/${split}/labels/${name}.txt`, '0 0.5 0.5 0.25 0.25\n')
  }
  const { valid, warnings } = await validateDataset(join(root, 'named'))
  expect([valid, warnings.find((text) => text.includes('by file name'))]).toEqual([
    true,
    '1 flight(s) by file name are in more than one split; if they are, scores would flatter: DJI_0005 (train, val)',
  ])
})

test('a version lists every file, and validation names what was tampered with', async () => {
  await source([])
  const output = join(root, 'out')
  await prepareDataset({ ...DEFAULT_SETTINGS, input: join(root, 'in'), output, tile: null })
  const manifest = (await readManifest(output))!
  expect(manifest.sources).toHaveLength(24)
  expect(manifest.files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'classes.txt', 'data.yaml', 'dataset.json', 'metadata.jsonl']),
  )
  const { path, sizeBytes } = manifest.files.find((file) => file.path.startsWith('train/images/'))!
  expect((await readFile(join(output, path))).length).toBe(sizeBytes)
  await writeFile(join(output, 'train/labels/extra.note'), '')
  await rm(join(output, 'README.md'))
  const { problems, warnings } = await validateDataset(output)
  expect(problems).toContain('1 file(s) of this version are missing: README.md')
  expect(warnings).toContain('1 file(s) are no part of this version: train/labels/extra.note')
})
