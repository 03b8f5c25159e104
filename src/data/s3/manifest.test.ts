import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { readObjectText } from './download-prefix.ts'
import { keyFilter } from './key-filter.ts'
import { writeManifest } from './manifest.ts'
import { presign } from './presign.ts'
import { openTransfer } from './transfer.ts'

let engine: TestEngine
let s3: S3Client
let folder: string

beforeAll(async () => {
  engine = await startTestEngine()
  s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: 'flights' }))
  for (const [Key, Body] of Object.entries({
    'raw/a.jpg': 'aaa',
    'raw/b "ü".PNG': 'bb',
    'raw/empty.jpg': '',
    'raw/labels/a.txt': '0',
    'raw/../x.jpg': 'x',
  })) {
    await s3.send(new PutObjectCommand({ Bucket: 'flights', Key, Body }))
  }
})
afterAll(() => engine.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-manifest-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a manifest', () => {
  test('for a channel names every object that can be a file, relative to the prefix, and never itself', async () => {
    for (let again = 0; again < 2; again++) {
      const target = 's3://flights/raw/all.manifest'
      const report = await writeManifest(openTransfer(s3), 's3://flights/raw', target, 's3')
      expect(JSON.parse(await readObjectText(s3, target))).toEqual([
        { prefix: 's3://flights/raw/' },
        'a.jpg',
        'b "ü".PNG',
        'empty.jpg',
        'labels/a.txt',
      ])
      expect(report).toMatchObject({ objects: 4, sizeBytes: 6 })
      expect(report.leftOut).toEqual({
        'the key cannot be a file name': 1,
        ...(again > 0 && { 'the manifest itself': 1 }),
      })
    }
  })

  test('for a labelling job names images with something in them, one a line', async () => {
    const target = join(folder, 'new', 'images.manifest')
    const filter = keyFilter({ exclude: ['../**'] })
    const report = await writeManifest(openTransfer(s3), 's3://flights/raw/', target, 'ground-truth', filter)
    expect(
      (await readFile(target, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([{ 'source-ref': 's3://flights/raw/a.jpg' }, { 'source-ref': 's3://flights/raw/b "ü".PNG' }])
    expect([report.objects, report.leftOut['empty']]).toEqual([2, 1])
    expect(await readdir(join(folder, 'new'))).toEqual(['images.manifest'])
  })

  test('of nothing is refused, and nothing is written', async () => {
    const target = join(folder, 'none.manifest')
    await expect(writeManifest(openTransfer(s3), 's3://flights/none', target, 's3')).rejects.toMatchObject({
      code: 'data.s3.empty',
    })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a presigned URL', () => {
  test('puts and gets without keys', async () => {
    const uri = 's3://flights/signed/ä b.jpg'
    const put = await presign(s3, uri, { method: 'put', expiresInSeconds: 60, contentType: 'image/jpeg' })
    const send = (type: string) => fetch(put, { method: 'PUT', body: 'bytes', headers: { 'content-type': type } })
    expect((await send('image/jpeg')).status).toBe(200)
    expect((await send('text/html')).status).toBe(403)
    const get = await presign(s3, uri, { method: 'get', expiresInSeconds: 60, fileName: 'ä.jpg' })
    const answer = await fetch(get)
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['bytes', 'image/jpeg'])
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="_.jpg"; filename*=UTF-8''%C3%A4.jpg`)
    expect((await fetch(get, { method: 'PUT', body: 'x' })).status).toBe(403)
  })

  test('carries no checksum of a body that is not there yet', async () => {
    const url = await presign(s3, 's3://flights/a', { method: 'put', expiresInSeconds: 60 })
    expect([...new URL(url).searchParams.keys()].filter((name) => name.includes('checksum'))).toEqual([])
  })

  test.each([
    ['s3://flights', { expiresInSeconds: 60 }, 'names no object'],
    ['s3://flights/a/', { expiresInSeconds: 60 }, 'names no object'],
    ['s3://flights/a', { expiresInSeconds: 0 }, 'allowed: 1 to 604800'],
    ['s3://flights/a', { expiresInSeconds: 604_801 }, 'allowed: 1 to 604800'],
    ['s3://flights/a', { expiresInSeconds: 60, contentType: 'image/png' }, 'for a put only'],
  ])('%s %j is refused', async (uri, options, message) => {
    await expect(presign(s3, uri, { method: 'get', ...options })).rejects.toThrow(message)
  })
})
