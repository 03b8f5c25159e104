import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { copyObject } from './copy-object.ts'
import { keyFilter } from './key-filter.ts'
import { listObjects } from './list-objects.ts'
import { headObject } from './object-head.ts'
import { createMeter, type Progress } from './progress.ts'
import { sync, type SyncAction } from './sync.ts'
import { openTransfer } from './transfer.ts'

const MIB = 1024 * 1024

let engine: TestEngine
let s3: S3Client
let folder: string
let prefix: string
let count = 0

beforeAll(async () => {
  engine = await startTestEngine()
  s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: 'flights' }))
})
afterAll(() => engine.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-sync-'))
  prefix = `s3://flights/set-${count++}`
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function write(files: Readonly<Record<string, string>>, below = ''): Promise<string> {
  const root = join(folder, below)
  for (const [key, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, key)), { recursive: true })
    await writeFile(join(root, key), text)
  }
  return root
}

const put = (key: string, Body: string, more: object = {}) =>
  s3.send(
    new PutObjectCommand({ Bucket: 'flights', Key: `${prefix.slice('s3://flights/'.length)}/${key}`, Body, ...more }),
  )

async function keysUnder(uri: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of listObjects(s3, uri)) keys.push(key)
  return keys
}

async function actionsOf(source: string, target: string, options: object = {}): Promise<string[]> {
  const actions: SyncAction[] = []
  await sync(s3, source, target, { onAction: (action) => actions.push(action), ...options })
  return actions.map(({ kind, key, why }) => `${kind} ${key}: ${why}`)
}

test('a prefix becomes a folder, then the folder the same prefix: nothing is moved twice', async () => {
  await put('a.txt', 'one')
  await put('sub/b.txt', 'two')
  const target = join(folder, 'out')
  expect(await sync(s3, prefix, target)).toMatchObject({ files: 2, sizeBytes: 6, copied: 2, unchanged: 0 })
  expect(await readFile(join(target, 'sub', 'b.txt'), 'utf8')).toBe('two')
  // The file has the object's time, by the second.
  const head = await headObject(s3, { bucket: 'flights', fullKey: `${prefix.slice('s3://flights/'.length)}/a.txt` })
  expect((await stat(join(target, 'a.txt'))).mtimeMs).toBe(Math.floor(head.modifiedMs / 1000) * 1000)
  expect(await sync(s3, prefix, target)).toMatchObject({ copied: 0, unchanged: 2 })
  expect(await sync(s3, target, prefix)).toMatchObject({ copied: 0, unchanged: 2 })
})

test('a prefix becomes another inside S3, with metadata', async () => {
  await put('a b+ü.txt', 'one', { ContentType: 'text/x-special', Metadata: { flight: 'f01' } })
  await put('b.txt', 'two')
  expect(await sync(s3, prefix, `${prefix}-copy`)).toMatchObject({ copied: 2, copiedBytes: 6 })
  expect(await sync(s3, prefix, `${prefix}-copy`)).toMatchObject({ copied: 0, unchanged: 2 })
  const Key = `${prefix.slice('s3://flights/'.length)}-copy/a b+ü.txt`
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'flights', Key }))
  expect([head.ContentType, head.Metadata]).toEqual(['text/x-special', { flight: 'f01' }])
})

test('each difference is told by its reason, and a dry run changes nothing', async () => {
  await put('content.txt', 'aaa')
  await put('old.txt', 'x')
  await put('same.txt', 'same')
  await put('size.txt', 'long')
  const source = await write({ 'content.txt': 'bbb', 'new.txt': 'n', 'same.txt': 'same', 'size.txt': 'short' })
  const plan = await actionsOf(source, prefix, { dryRun: true, removeOthers: true })
  expect(plan).toEqual([
    'copy content.txt: other content',
    'copy new.txt: new',
    'keep same.txt: same',
    'copy size.txt: other size',
    'delete old.txt: not in the source',
  ])
  expect(await keysUnder(prefix)).toEqual(['content.txt', 'old.txt', 'same.txt', 'size.txt'])
  expect(await sync(s3, source, prefix, { removeOthers: true })).toMatchObject({ copied: 3, unchanged: 1, removed: 1 })
  expect(await keysUnder(prefix)).toEqual(['content.txt', 'new.txt', 'same.txt', 'size.txt'])
  await sync(s3, prefix, join(folder, 'not-there'), { dryRun: true })
  expect(await readdir(folder)).not.toContain('not-there')
})

test('by time or size alone, content is not looked at', async () => {
  const source = await write({ 'a.txt': 'aaa' })
  await sync(s3, source, prefix)
  await writeFile(join(source, 'a.txt'), 'bbb')
  await utimes(join(source, 'a.txt'), 0, 0)
  expect(await actionsOf(source, prefix, { compare: 'time', dryRun: true })).toEqual(['keep a.txt: same'])
  await utimes(join(source, 'a.txt'), 4e9, 4e9)
  expect(await actionsOf(source, prefix, { compare: 'time', dryRun: true })).toEqual(['copy a.txt: newer'])
  expect(await actionsOf(source, prefix, { compare: 'size', dryRun: true })).toEqual(['keep a.txt: same'])
  expect(await actionsOf(source, prefix, { dryRun: true })).toEqual(['copy a.txt: other content'])
  // Downwards an edited file is not its object, however new it is.
  expect(await actionsOf(prefix, source, { compare: 'time', dryRun: true })).toEqual(['copy a.txt: newer'])
})

describe('deleting what the source does not have', () => {
  test('leaves alone what the filter does not want, by name, size or time, and hidden files here', async () => {
    await put('a.txt', 'a')
    await put('keep/me.jpg', 'j')
    const target = await write({ 'b.txt': 'b', 'c.jpg': 'c', '.notes': 'mine', 'big.txt': 'bbbb' })
    await put('big.txt', 'BBBB')
    const filter = keyFilter({ suffixes: ['.txt'], maxSizeBytes: 2 })
    expect(await sync(s3, prefix, target, { filter, removeOthers: true })).toMatchObject({ copied: 1, removed: 1 })
    expect((await readdir(target)).toSorted()).toEqual(['.notes', 'a.txt', 'big.txt', 'c.jpg'])
    expect(await readFile(join(target, 'big.txt'), 'utf8')).toBe('bbbb')
  })

  test('is refused when the source is empty, as after a slip of the pen', async () => {
    await put('a.txt', 'a')
    await mkdir(join(folder, 'empty'))
    await expect(sync(s3, join(folder, 'empty'), prefix, { removeOthers: true })).rejects.toMatchObject({
      code: 'data.s3.empty-source',
    })
    expect(await keysUnder(prefix)).toEqual(['a.txt'])
  })
})

test.each([
  ['one folder and another', () => [folder, folder], 'data.s3.two-folders'],
  ['a prefix and one inside it', () => [prefix, `${prefix}/copy`], 'data.s3.overlap'],
  ['a folder that is not there', () => [join(folder, 'none'), prefix], 'data.s3.folder'],
])('%s is refused', async (_name, places, code) => {
  const [source = '', target = ''] = places()
  await expect(sync(s3, source, target)).rejects.toMatchObject({ code })
})

test('a multipart object of another program is compared by its ETag, recomputed', async () => {
  const body = Buffer.alloc(6 * MIB, 'ab')
  const at = { Bucket: 'flights', Key: `${prefix.slice('s3://flights/'.length)}/big.bin` }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at))
  const parts = [body.subarray(0, 5 * MIB), body.subarray(5 * MIB)]
  const sent = []
  for (const [i, Body] of parts.entries()) {
    const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: i + 1, Body }))
    sent.push({ PartNumber: i + 1, ...(ETag !== undefined && { ETag }) })
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: sent } }))
  const source = await write({})
  await mkdir(source, { recursive: true })
  await writeFile(join(source, 'big.bin'), body)
  expect(await actionsOf(source, prefix, { dryRun: true })).toEqual(['keep big.bin: same'])
  body[3] = 0
  await writeFile(join(source, 'big.bin'), body)
  expect((await actionsOf(source, prefix, { dryRun: true }))[0]).toMatch(/^copy big.bin/)
})

test('an object beyond what S3 copies at once is copied in parts, with type, metadata and tags', async () => {
  const body = 'x'.repeat(11 * MIB)
  await put('large', body, { ContentType: 'image/tiff', Metadata: { flight: 'f02' }, Tagging: 'site=a%20b' })
  const fullKey = `${prefix.slice('s3://flights/'.length)}/large`
  const head = await headObject(s3, { bucket: 'flights', fullKey })
  const target = { bucket: 'flights', fullKey: `${fullKey}-copy` }
  await copyObject(openTransfer(s3), head, target, { atOnceBytes: 5 * MIB, partBytes: 5 * MIB })
  const copy = await headObject(s3, target)
  expect([copy.sizeBytes, copy.etag.slice(-2), copy.checksum?.name]).toEqual([11 * MIB, '-3', 'crc64nvme'])
  const { ContentType, Metadata, TagCount } = copy.output
  expect([ContentType, Metadata, TagCount]).toEqual(['image/tiff', { flight: 'f02' }, 1])
})

test('progress tells speed over the last seconds, and the end once the source is counted', () => {
  const told: Progress[] = []
  let nowMs = 0
  const meter = createMeter(
    (progress) => told.push(progress),
    () => nowMs,
  )
  nowMs = 1000
  meter.bytes(500)
  expect(told.at(-1)).toMatchObject({ bytes: 500, bytesPerSecond: 500, etaMs: undefined, total: undefined })
  meter.total({ files: 4, sizeBytes: 2000 })
  meter.skip(500)
  nowMs = 2000
  meter.bytes(500)
  // 1,000 bytes in two seconds; 500 were there already; 500 are left.
  expect(told.at(-1)).toMatchObject({ bytes: 1500, bytesPerSecond: 500, etaMs: 1000 })
})
