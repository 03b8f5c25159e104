import { appendFile, cp, mkdir, mkdtemp, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { profileSet, type ProfileSetOptions } from './profile-set.ts'
import { labelPathOf } from './read/list-set.ts'
import { createSampler } from './read/sample-paths.ts'
import { folderSource } from './source/folder-source.ts'

let root: string
let set: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skyloop-profile-'))
  set = join(root, 'set')
  await mkdir(join(set, 'train/images'), { recursive: true })
  await mkdir(join(set, 'train/labels'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const now = new Date('2026-05-04T03:02:01Z')

async function picture(path: string, brightness: number, size = 64): Promise<void> {
  const pixels = Buffer.from(
    Uint8Array.from({ length: size * size * 3 }, (_, k) => (brightness + ((k * 37) % 50)) % 256),
  )
  await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toFile(join(set, path))
}

async function profile(options: Partial<ProfileSetOptions> = {}) {
  return profileSet(await folderSource(set), { now, threads: 1, ...options })
}

describe('a folder', () => {
  test('is read with its labels, classes and metadata, and broken files are rows', async () => {
    await picture('train/images/a.png', 10)
    await picture('train/images/b.png', 100, 32)
    await writeFile(join(set, 'train/images/empty.jpg'), '')
    await writeFile(join(set, 'train/images/text.jpg'), 'no picture')
    await picture('train/images/cut.png', 50)
    await truncate(join(set, 'train/images/cut.png'), 60)
    await writeFile(join(set, 'train/labels/a.txt'), '1 .5 .5 .5 .25\n')
    await writeFile(join(set, 'train/labels/b.txt'), '')
    await writeFile(join(set, 'data.yaml'), 'names: [car, bus]\n')
    await writeFile(join(set, 'metadata.jsonl'), '{"image": "train/images/a.png", "flight": "f07", "altitudeM": 80}\n')
    await symlink(set, join(set, 'circle'))
    const { profile: report } = await profile()
    expect(report).toMatchObject({
      schema: 'skyloop.profile/1',
      createdAt: '2026-05-04T03:02:01.000Z',
      source: set,
      counts: { images: 5, profiled: 5, readable: 2, unreadable: 3, errorRate: 0.6 },
      dimensions: [
        { width: 32, height: 32, images: 1 },
        { width: 64, height: 64, images: 1 },
      ],
      labels: { boxes: 1, backgroundImages: 1, classes: [{ name: 'car' }, { name: 'bus', boxes: 1 }] },
    })
    expect(report.images[0]).toMatchObject({
      path: 'train/images/a.png',
      flight: 'f07',
      camera: { relativeAltitudeM: 80 },
    })
    expect(report.unreadable.map(({ path, error }) => [path, error.code])).toEqual([
      ['train/images/cut.png', 'data.image.corrupt'],
      ['train/images/empty.jpg', 'data.image.empty'],
      ['train/images/text.jpg', 'data.image.corrupt'],
    ])
    // The square root of 32 x 16 px.
    expect(report.labels!.classes[1]!.medianSidePx).toBeCloseTo(Math.sqrt(32 * 16), 9)
    expect(report.recommendations[0]!.rule).toBe('unreadable')
    // What is written as JSON is what was found: nothing in it is lost on the way.
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ counts: report.counts, outliers: report.outliers })
  })

  test('without images, or that is none, is refused by name', async () => {
    await writeFile(join(set, 'notes.md'), '')
    await expect(profile()).rejects.toMatchObject({ code: 'data.profile.empty' })
    await expect(folderSource(join(set, 'notes.md'))).rejects.toMatchObject({ code: 'data.profile.folder' })
    await expect(folderSource(join(set, 'nowhere'))).rejects.toMatchObject({ code: 'data.profile.folder' })
  })
})

describe('the cache', () => {
  test('reads only what is new, knows moved and copied content, and gives the same report', async () => {
    const cacheFile = join(root, 'cache/profiles.db')
    for (let k = 0; k < 5; k++) await picture(`train/images/${k}.png`, 40 * k)
    await writeFile(join(set, 'train/images/broken.jpg'), 'no picture')
    const first = await profile({ cacheFile })
    expect(first.fromCache).toBe(0)
    const second = await profile({ cacheFile })
    expect(second.fromCache).toBe(6)
    expect(second.profile).toEqual(first.profile)
    expect((await profile()).profile).toEqual(first.profile)

    await rename(join(set, 'train/images/0.png'), join(set, 'train/images/moved.png'))
    await cp(join(set, 'train/images/1.png'), join(set, 'train/images/copy.png'))
    await picture('train/images/2.png', 200)
    const third = await profile({ cacheFile })
    // Moved, copied and the untouched four are known by content or revision; 2.png has changed.
    expect(third.fromCache).toBe(6)
    const brightness = (path: string): number | undefined =>
      third.profile.images.find((image) => image.path === `train/images/${path}`)?.brightness
    expect(brightness('moved.png')).toBe(first.profile.images[0]!.brightness)
    expect(brightness('2.png')).not.toBe(first.profile.images[2]!.brightness)
    expect(third.profile).toEqual((await profile()).profile)
  })

  test('that is no cache is refused and left as it is', async () => {
    await picture('train/images/a.png', 10)
    const cacheFile = join(root, 'notes.db')
    await writeFile(cacheFile, 'these are notes, not a database, and they matter to somebody'.repeat(100))
    await expect(profile({ cacheFile })).rejects.toMatchObject({ code: 'data.profile.cache' })
  })
})

test('stopping leaves no thread and no temporary file, and what was measured is known next time', async () => {
  for (let k = 0; k < 40; k++) await picture(`train/images/${k}.png`, k)
  const controller = new AbortController()
  const cacheFile = join(root, 'cache.db')
  const stopped = profile({
    threads: 2,
    cacheFile,
    signal: controller.signal,
    onProgress: ({ done }) => done === 5 && controller.abort(new Error('stopped')),
  })
  await expect(stopped).rejects.toThrow('stopped')
  expect((await readdir(root)).filter((name) => !/^(set|cache\.db)/.test(name))).toEqual([])
  const { fromCache, profile: report } = await profile({ cacheFile })
  expect(fromCache).toBeGreaterThanOrEqual(5)
  expect(report.counts.readable).toBe(40)
})

describe('a sample', () => {
  test('is as large as asked, the same for a seed, and nearly the same when the set grows', async () => {
    const sampleOf = (count: number, seed: number): string[] => {
      const sampler = createSampler<{ path: string }>(100, seed)
      for (let k = 0; k < count; k++) sampler.add({ path: `i${(k * 7919) % count}` })
      expect(sampler.offered).toBe(count)
      return sampler.kept().map(({ path }) => path)
    }
    const sample = sampleOf(5000, 1)
    expect(new Set(sample).size).toBe(100)
    expect(sampleOf(5000, 1)).toEqual(sample)
    expect(sampleOf(5000, 2)).not.toEqual(sample)
    const grown = new Set(sampleOf(5500, 1))
    // A tenth more images: about a tenth of the sample gives way, 15 is three deviations above.
    expect(sample.filter((path) => !grown.has(path)).length).toBeLessThan(20)
  })

  test('of a set is told in the report', async () => {
    for (let k = 0; k < 6; k++) await picture(`train/images/${k}.png`, k * 20)
    const { profile: report } = await profile({ sample: 4, seed: 3 })
    expect(report).toMatchObject({ sample: { size: 4, seed: 3 }, counts: { images: 6, profiled: 4 } })
    expect((await profile({ sample: 6 })).profile.sample).toBeUndefined()
  })
})

test('label files are found in the sibling folder or beside the image', () => {
  const existing = new Set(['a/labels/x/i.txt', 'b/j.txt', 'labels/k.txt'])
  expect(labelPathOf('a/images/x/i.jpg', existing)).toBe('a/labels/x/i.txt')
  expect(labelPathOf('b/j.JPG', existing)).toBe('b/j.txt')
  expect(labelPathOf('images/k.png', existing)).toBe('labels/k.txt')
  expect(labelPathOf('images/none.png', existing)).toBeUndefined()
})

test('an image that changes between listing and reading is read as it is then', async () => {
  await picture('train/images/a.png', 10)
  const cacheFile = join(root, 'cache.db')
  await profile({ cacheFile })
  // The same size and name, other content and another time of change.
  await appendFile(join(set, 'train/images/a.png'), 'x')
  const { fromCache } = await profile({ cacheFile })
  expect(fromCache).toBe(0)
})
