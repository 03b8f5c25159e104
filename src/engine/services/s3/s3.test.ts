import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../../testing.ts'

const Bucket = 'imagery'
const MIB = 1024 * 1024

let engine: TestEngine
let s3: S3Client

beforeAll(async () => {
  engine = await startTestEngine()
  s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket }))
})
afterAll(() => engine.stop())

const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
const text = async (Key: string, more: object = {}) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString()

/** Bytes that no compression or repetition makes look right by accident. */
function noise(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  let s = seed
  for (let i = 0; i < sizeBytes; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0
    bytes[i] = s >>> 24
  }
  return bytes
}

async function blobCount(): Promise<number> {
  const folder = join(engine.engine.home, 'blobs')
  const shards = await readdir(folder).catch(() => [])
  const files = await Promise.all(shards.map((shard) => readdir(join(folder, shard))))
  return files.flat().length
}

/** How many files a store without litter has: one for each object and part. */
function rowCount(): number {
  const count = engine.engine.store.database
    .prepare('SELECT (SELECT count(*) FROM s3_object) + (SELECT count(*) FROM s3_part) AS n')
    .get()
  return Number(count?.['n'])
}

describe('buckets', () => {
  test('are made, listed, found and deleted when empty', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'short-lived' }))
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
    expect(Buckets.map(({ Name }) => Name)).toEqual(['imagery', 'short-lived'])
    expect((await s3.send(new HeadBucketCommand({ Bucket: 'short-lived' }))).BucketRegion).toBe('us-east-1')
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined()
    await s3.send(new PutObjectCommand({ Bucket: 'short-lived', Key: 'k', Body: 'x' }))
    await expect(s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    })
    await s3.send(new DeleteObjectCommand({ Bucket: 'short-lived', Key: 'k' }))
    await s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }))
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'short-lived' }))).rejects.toMatchObject({ name: 'NotFound' })
  })

  test('with a bad name, and operations that are not there, are refused by name', async () => {
    await expect(s3.send(new CreateBucketCommand({ Bucket: 'Bad_Name' }))).rejects.toMatchObject({
      name: 'InvalidBucketName',
    })
    await expect(s3.send(new GetBucketAclCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('acl'),
    })
  })

  test("a bucket's policy denies even the administrator", async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Frozen',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::imagery/frozen/*',
        },
      ],
    })
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy)
    await expect(put('frozen/x', 'x')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        'with an explicit deny in a resource-based policy [decided by bucket policy of imagery#Frozen]',
      ),
    })
    await put('thawed/x', 'x')
  })
})

describe('objects', () => {
  test('come back byte for byte with their headers, metadata, tags and checksum', async () => {
    const Key = 'odd keys/ä+b &<c>.jpg'
    const answer = await put(Key, 'hello', {
      ContentType: 'image/jpeg',
      CacheControl: 'no-cache',
      Metadata: { altitude: '60' },
      Tagging: 'flight=f%2001&b=c',
    })
    expect(answer).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ChecksumCRC32: 'NhCmhg==' })
    const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(got).toMatchObject({
      ContentType: 'image/jpeg',
      CacheControl: 'no-cache',
      Metadata: { altitude: '60' },
      ContentLength: 5,
      ChecksumCRC32: 'NhCmhg==',
      TagCount: 2,
    })
    expect(await got.Body?.transformToString()).toBe('hello')
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))
    expect(TagSet).toEqual([
      { Key: 'flight', Value: 'f 01' },
      { Key: 'b', Value: 'c' },
    ])
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'odd' }))
    expect(Contents?.[0]).toMatchObject({ Key, Size: 5, ETag: answer.ETag })
  })

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'are checked by %s',
    async (ChecksumAlgorithm) => {
      if (ChecksumAlgorithm !== 'CRC64NVME') await put('sum', noise(100_003), { ChecksumAlgorithm })
      const wrong = `Checksum${ChecksumAlgorithm}`
      const value =
        { CRC32: 'AAAAAA==', CRC32C: 'AAAAAA==', CRC64NVME: 'AAAAAAAAAAA=' }[ChecksumAlgorithm as 'CRC32'] ?? 'AAAA'
      await expect(put('sum', 'x', { [wrong]: value })).rejects.toMatchObject({ name: 'BadDigest' })
    },
  )

  test('that arrive damaged are not stored, and leave nothing behind', async () => {
    await expect(put('damaged', noise(MIB), { ChecksumSHA256: 'A'.repeat(43) + '=' })).rejects.toMatchObject({
      name: 'BadDigest',
    })
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'damaged' }))).rejects.toMatchObject({ name: 'NotFound' })
    await expect.poll(blobCount).toBe(rowCount())
  })

  test('are read in ranges', async () => {
    await put('range', '0123456789')
    expect(await text('range', { Range: 'bytes=2-4' })).toBe('234')
    expect(await text('range', { Range: 'bytes=7-' })).toBe('789')
    expect(await text('range', { Range: 'bytes=-3' })).toBe('789')
    expect(await text('range', { Range: 'bytes=8-100' })).toBe('89')
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=2-4' }))
    expect(part).toMatchObject({ ContentRange: 'bytes 2-4/10', ContentLength: 3 })
    await expect(text('range', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' })
  })

  test('are read and written under conditions', async () => {
    const { ETag } = await put('once', 'first', { IfNoneMatch: '*' })
    await expect(put('once', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    expect(await text('once')).toBe('first')
    await put('once', 'third', { IfMatch: ETag })
    await expect(put('once', 'fourth', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    const { ETag: now } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'once' }))
    await expect(text('once', { IfNoneMatch: now })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
    await expect(text('once', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await expect(text('once', { IfModifiedSince: new Date(Date.now() + 5000) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    })
  })

  test('are copied with or without their metadata, and stay when the source goes', async () => {
    await put('copy/from', 'payload', { Metadata: { a: '1' }, ContentType: 'text/plain' })
    const CopySource = `${Bucket}/copy/from`
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy/to', CopySource }))
    await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy/new',
        CopySource,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
      }),
    )
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'copy/from' }))
    expect(await text('copy/to')).toBe('payload')
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy/to' }))).Metadata).toEqual({ a: '1' })
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy/new' }))).Metadata).toEqual({ b: '2' })
    await expect(
      s3.send(new CopyObjectCommand({ Bucket, Key: 'copy/to', CopySource: `${Bucket}/copy/to` })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' })
  })

  test('empty ones are objects too', async () => {
    await put('empty', '')
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'empty' }))
    expect([got.ContentLength, await got.Body?.transformToString()]).toEqual([0, ''])
  })

  test('keys are names, never paths', async () => {
    await put('../../../etc/passwd', 'a')
    await put('..', 'b')
    await put('a//b/./c', 'c')
    expect([await text('../../../etc/passwd'), await text('..'), await text('a//b/./c')]).toEqual(['a', 'b', 'c'])
  })

  test('are deleted together, those not allowed left out', async () => {
    for (const key of ['del/1', 'del/2', 'del/3']) await put(key, key)
    const answer = await s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: 'del/1' }, { Key: 'del/3' }, { Key: 'del/none' }] },
      }),
    )
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['del/1', 'del/3', 'del/none'])
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'del/' }))
    expect(Contents?.map(({ Key }) => Key)).toEqual(['del/2'])
  })

  test('and buckets carry tags', async () => {
    await put('tagged', 'x')
    await s3.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet: [{ Key: 'k', Value: '<v>' }] } }),
    )
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }))).TagSet).toEqual([
      { Key: 'k', Value: '<v>' },
    ])
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'project', Value: 'p' }] } }))
    const long = Array.from({ length: 11 }, (_, i) => ({ Key: `k${i}`, Value: '' }))
    await expect(
      s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet: long } })),
    ).rejects.toMatchObject({ name: 'BadRequest' })
  })

  test('missing ones say whether the key or the bucket is missing', async () => {
    await expect(text('nowhere')).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(s3.send(new GetObjectCommand({ Bucket: 'no-bucket', Key: 'k' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    })
  })
})

describe('listings', () => {
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'listing' }))
    const keys = ['a.txt', 'b/1', 'b/2', 'b/3', 'c/d/1', 'c/e/1', 'z.txt', 'é', '\u{1F681}']
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: 'listing', Key, Body: Key }))
  })

  const list = (more: object) => s3.send(new ListObjectsV2Command({ Bucket: 'listing', ...more }))

  test('are in order of UTF-8 bytes', async () => {
    const { Contents = [] } = await list({})
    expect(Contents.map(({ Key }) => Key)).toEqual([
      'a.txt',
      'b/1',
      'b/2',
      'b/3',
      'c/d/1',
      'c/e/1',
      'z.txt',
      'é',
      '\u{1F681}',
    ])
  })

  test('group keys by a delimiter', async () => {
    const { Contents = [], CommonPrefixes = [], KeyCount } = await list({ Delimiter: '/' })
    expect(Contents.map(({ Key }) => Key)).toEqual(['a.txt', 'z.txt', 'é', '\u{1F681}'])
    expect(CommonPrefixes.map(({ Prefix }) => Prefix)).toEqual(['b/', 'c/'])
    expect(KeyCount).toBe(6)
    const inner = await list({ Delimiter: '/', Prefix: 'c/' })
    expect(inner.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['c/d/', 'c/e/'])
  })

  test.each([1, 2, 3, 4])('give everything once in pages of %i', async (MaxKeys) => {
    const seen: string[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await list({ Delimiter: '/', MaxKeys, ContinuationToken })
      seen.push(
        ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
        ...(page.Contents ?? []).map(({ Key = '' }) => Key),
      )
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    expect(seen.toSorted()).toEqual(['a.txt', 'b/', 'c/', 'z.txt', 'é', '\u{1F681}'].toSorted())
  })

  test('begin after a key, also in the older form', async () => {
    expect((await list({ StartAfter: 'c/d/1' })).Contents?.[0]?.Key).toBe('c/e/1')
    const old = await s3.send(new ListObjectsCommand({ Bucket: 'listing', Marker: 'b/2', MaxKeys: 1 }))
    expect([old.Contents?.[0]?.Key, old.IsTruncated]).toEqual(['b/3', true])
  })
})

describe('multipart uploads', () => {
  test('by the SDK, in parallel, come together in order', async () => {
    const bytes = noise(17 * MIB + 7)
    const upload = new Upload({
      client: s3,
      params: { Bucket, Key: 'big', Body: Buffer.from(bytes) },
      partSize: 5 * MIB,
      queueSize: 4,
    })
    await upload.done()
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'big' }))
    expect([head.ContentLength, head.ETag]).toEqual([bytes.length, expect.stringMatching(/-4"$/)])
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big' }))
    const hash = createHash('sha256').update((await got.Body?.transformToByteArray()) ?? '')
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    const second = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', PartNumber: 2 }))
    expect(second.ContentRange).toBe(`bytes ${5 * MIB}-${10 * MIB - 1}/${bytes.length}`)
  })

  test('take parts from objects, replace parts, and refuse what does not fit', async () => {
    await put('source', noise(6 * MIB, 9))
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'joined', ContentType: 'image/tiff' }),
    )
    const target = { Bucket, Key: 'joined', UploadId }
    await s3.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: 'replaced below' }))
    const copied = await s3.send(
      new UploadPartCopyCommand({
        ...target,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: `bytes=0-${5 * MIB - 1}`,
      }),
    )
    const last = await s3.send(new UploadPartCommand({ ...target, PartNumber: 2, Body: 'tail' }))
    const { Parts = [] } = await s3.send(new ListPartsCommand(target))
    expect(Parts.map(({ Size }) => Size)).toEqual([5 * MIB, 4])
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map(({ Key }) => Key)).toEqual([
      'joined',
    ])

    const complete = (parts: object[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } }))
    const [one, two] = [
      { PartNumber: 1, ETag: copied.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: last.ETag },
    ]
    await expect(complete([two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' })
    await expect(complete([one, { ...two, ETag: '"0"' }])).rejects.toMatchObject({ name: 'InvalidPart' })
    await complete([one, two])
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'joined' }))
    expect([head.ContentLength, head.ContentType]).toEqual([5 * MIB + 4, 'image/tiff'])
    expect(await text('joined', { Range: `bytes=${5 * MIB}-` })).toBe('tail')
    await expect(complete([one, two])).rejects.toMatchObject({ name: 'NoSuchUpload' })
  })

  test('with a small part in the middle are refused; aborted ones leave nothing', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'small' }))
    const target = { Bucket, Key: 'small', UploadId }
    const parts = []
    for (const PartNumber of [1, 2]) {
      const { ETag } = await s3.send(new UploadPartCommand({ ...target, PartNumber, Body: 'tiny' }))
      parts.push({ PartNumber, ETag })
    }
    await expect(
      s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } })),
    ).rejects.toMatchObject({ name: 'EntityTooSmall' })
    await s3.send(new AbortMultipartUploadCommand(target))
    await expect.poll(blobCount).toBe(rowCount())
  })
})

describe('presigned URLs', () => {
  test('let whoever has them put and get, until they expire or are changed', async () => {
    const putUrl = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'link to it.txt' }), { expiresIn: 60 })
    expect((await fetch(putUrl, { method: 'PUT', body: 'by link' })).status).toBe(200)
    const getUrl = await getSignedUrl(
      s3,
      new GetObjectCommand({
        Bucket,
        Key: 'link to it.txt',
        ResponseContentDisposition: 'attachment; filename="x y.txt"',
      }),
      { expiresIn: 60 },
    )
    const got = await fetch(getUrl)
    expect([await got.text(), got.headers.get('content-disposition')]).toEqual([
      'by link',
      'attachment; filename="x y.txt"',
    ])
    const smuggled = await fetch(putUrl, { method: 'PUT', headers: { 'x-amz-copy-source': `${Bucket}/once` } })
    expect([smuggled.status, await smuggled.text()]).toEqual([403, expect.stringContaining('x-amz-copy-source')])
    expect((await fetch(getUrl.replace('link%20to', 'link%20from'))).status).toBe(403)
    const old = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'link to it.txt' }), {
      expiresIn: 60,
      signingDate: new Date(Date.now() - 120_000),
    })
    const refused = await fetch(old)
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('Request has expired')])
  })
})

test('blobs that a crash has left are swept at the next start, objects stay', async () => {
  const first = await startTestEngine({ home: join(engine.engine.home, 'second') })
  const client = new S3Client(first.clientConfiguration)
  await client.send(new CreateBucketCommand({ Bucket }))
  await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'kept' }))
  const { home } = first.engine
  await first.stop()
  const orphan = join(home, 'blobs', 'ab', 'abababababababababababababababab')
  await mkdir(join(home, 'blobs', 'ab'), { recursive: true })
  await writeFile(orphan, 'half a put')

  const second = await startTestEngine({ home })
  expect(await readdir(join(home, 'blobs', 'ab')).catch(() => [])).not.toContain('abababababababababababababababab')
  const again = new S3Client(second.clientConfiguration)
  expect(await (await again.send(new GetObjectCommand({ Bucket, Key: 'kept' }))).Body?.transformToString()).toBe('kept')
  await second.stop()
})

test('a disk that is full refuses by name and leaves nothing half-visible', async () => {
  const full = await startTestEngine({ diskReserveBytes: Number.MAX_SAFE_INTEGER })
  const client = new S3Client(full.clientConfiguration)
  await client.send(new CreateBucketCommand({ Bucket }))
  await expect(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))).rejects.toMatchObject({
    name: 'InsufficientStorage',
  })
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({ name: 'NotFound' })
  await full.stop()
})
