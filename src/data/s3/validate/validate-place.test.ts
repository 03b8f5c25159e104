import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { withEngine } from '../../../engine/testing.ts'
import { sync } from '../sync.ts'
import { folderPlace, prefixPlace } from './place.ts'
import { validatePlace, type ValidationReport } from './validate-place.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-validate-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [key, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, key)), { recursive: true })
    await writeFile(join(folder, key), content)
  }
}

/** A picture whose bytes depend on its grey value. */
const picture = (format: 'jpeg' | 'png', grey: number): Promise<Buffer> =>
  sharp({ create: { width: 96, height: 64, channels: 3, background: { r: grey, g: 255 - grey, b: 7 } } })
    .composite([{ input: Buffer.from(`<svg width="96" height="64"><circle cx="${grey % 90}" cy="30" r="20"/></svg>`) }])
    .toFormat(format)
    .toBuffer()

const found = (report: ValidationReport): string[] => report.findings.map(({ kind, key }) => `${kind} ${key}`)

/** One set with everything that can be wrong with it, and one image with which nothing is. */
async function writeBadSet(): Promise<void> {
  const good = await picture('jpeg', 1)
  const jpeg = await picture('jpeg', 2)
  await write({
    'classes.txt': 'car\nbus\n',
    'train/images/good.jpg': good,
    'train/labels/good.txt': '0 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.1 0.1\n',
    'train/images/unlabelled.jpg': await picture('jpeg', 3),
    'train/labels/orphan.txt': '0 0.5 0.5 0.1 0.1\n',
    'train/images/empty.jpg': '',
    'train/labels/empty.txt': '',
    'train/images/half.jpg': jpeg.subarray(0, jpeg.length / 2),
    'train/labels/half.txt': '7 0.5 0.5 0.1 0.1\n',
    'train/images/lies.jpg': await picture('png', 4),
    'train/labels/lies.txt': '0 0.95 0.5 0.2 0.1\n',
    'train/images/page.png': '<!DOCTYPE html><html>404</html>',
    'train/labels/page.txt': Buffer.from('0 0.5 0.5 0.1 0.1', 'utf16le'),
    'train/images/twin.jpg': good,
    'train/labels/twin.txt': '',
    'train/images/twin.png': await picture('png', 5),
    'val/images/good.jpg': await picture('jpeg', 6),
    'val/labels/good.txt': 'car at 3,4\n',
  })
}

const WRONG = [
  'bad-label train/labels/half.txt',
  'bad-label val/labels/good.txt',
  'corrupt-image train/images/half.jpg',
  'doubtful-label train/labels/lies.txt',
  'duplicate-content train/images/twin.jpg',
  'duplicate-name val/images/good.jpg',
  'missing-label train/images/unlabelled.jpg',
  'orphan-label train/labels/orphan.txt',
  'shared-label train/images/twin.png',
  'unreadable-label train/labels/page.txt',
  'wrong-suffix train/images/lies.jpg',
  'wrong-suffix train/images/page.png',
  'zero-bytes train/images/empty.jpg',
]

test('everything that is wrong is named once, and nothing else', async () => {
  await writeBadSet()
  const report = await validatePlace(await folderPlace(folder), { level: 'full' })
  expect(found(report)).toEqual(WRONG)
  expect(report).toMatchObject({ images: 9, labels: 8, others: 1, classes: 2, errors: 8, warnings: 5 })
})

test('a prefix gives the same report as the folder that it was made from, and more that only keys can have', async () => {
  await writeBadSet()
  await withEngine(async (engine) => {
    const s3 = new S3Client(engine.clientConfiguration)
    await s3.send(new CreateBucketCommand({ Bucket: 'flights' }))
    await sync(s3, folder, 's3://flights/raw')
    const report = await validatePlace(prefixPlace(s3, 's3://flights/raw', undefined), { level: 'full' })
    expect(found(report)).toEqual(WRONG)

    const Body = await picture('jpeg', 9)
    for (const Key of ['odd/A.jpg', 'odd/a.jpg', 'odd/../../x.jpg']) {
      await s3.send(new PutObjectCommand({ Bucket: 'flights', Key, Body: Buffer.concat([Body, Buffer.from(Key)]) }))
    }
    const odd = await validatePlace(prefixPlace(s3, 's3://flights/odd', undefined), { level: 'full' })
    expect(found(odd)).toEqual(['name-collision a.jpg', 'unsafe-key ../../x.jpg'])
  })
})

describe('a level', () => {
  test('names: finds what a listing shows', async () => {
    await writeBadSet()
    const report = await validatePlace(await folderPlace(folder), { level: 'names' })
    expect(found(report)).toEqual(WRONG.filter((line) => /^(duplicate-name|missing|orphan|shared|zero)/.test(line)))
  })

  test('headers: finds all but what decoding shows', async () => {
    await writeBadSet()
    const report = await validatePlace(await folderPlace(folder), { level: 'headers' })
    expect(found(report)).toEqual(WRONG.filter((line) => !line.startsWith('corrupt-image')))
  })
})

test('imagery without any label file has no missing labels; labels without a class list are told so', async () => {
  await write({ 'a.jpg': await picture('jpeg', 1) })
  expect(await validatePlace(await folderPlace(folder), { level: 'full' })).toMatchObject({ errors: 0, warnings: 0 })
  await write({ 'a.txt': '12 0.5 0.5 0.1 0.1\n', 'readme.txt': 'words' })
  expect(found(await validatePlace(await folderPlace(folder), { level: 'full' }))).toEqual([`no-classes ${folder}`])
})
