import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Fate, type FaultyProxy, startFaultyProxy } from '../../../test/support/faulty-proxy.ts'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { getFile } from './get-file.ts'
import { listUploads } from './list-uploads.ts'
import { putFile } from './put-file.ts'
import { sync } from './sync.ts'
import { openTransfer } from './transfer.ts'

const MIB = 1024 * 1024
/** The smallest parts that S3 takes, so that a few megabytes are several. */
const SMALL = { partsFromBytes: 5 * MIB, partBytes: 5 * MIB, parallel: 2 }
/** What Node says of a connection that ends, by the moment at which it does. */
const CUT = /ECONNRESET|EPIPE|socket hang up/
const at = (fullKey: string) => ({ bucket: 'flights', fullKey })

let engine: TestEngine
let proxy: FaultyProxy
/** Through the network that fails. */
let s3: S3Client
/** Around it. */
let direct: S3Client
let folder: string

beforeAll(async () => {
  engine = await startTestEngine()
  proxy = await startFaultyProxy(engine.url)
  direct = new S3Client(engine.clientConfiguration)
  s3 = new S3Client({ ...engine.clientConfiguration, endpoint: proxy.url })
  await direct.send(new CreateBucketCommand({ Bucket: 'flights' }))
})
afterAll(async () => {
  s3.destroy()
  await proxy.close()
  await engine.stop()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-faults-'))
  proxy.seen.length = 0
  proxy.decide = () => 'pass'
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Bytes that differ at every place, so that no part can pass for another. */
function noise(sizeBytes: number, seed: string): Buffer {
  const block = createHash('shake256', { outputLength: Math.min(sizeBytes, MIB) }).update(seed)
  const one = block.digest()
  return Buffer.concat(
    Array.from({ length: Math.ceil(sizeBytes / MIB) }, (_, i) => {
      const copy = Buffer.from(one)
      copy.writeUInt32BE(i, 0)
      return copy
    }),
  ).subarray(0, sizeBytes)
}

const putDirect = (key: string, body: Uint8Array) =>
  direct.send(new PutObjectCommand({ Bucket: 'flights', Key: key, Body: body }))
const partsSent = () => proxy.seen.filter((line) => line.startsWith('PUT') && line.includes('partNumber=')).length
const rangesAsked = () => proxy.seen.filter((line) => line.startsWith('GET') && line.includes('x-id=GetObject')).length

describe('a connection that is cut', () => {
  test('in the middle of an object: it is read again, whole', async () => {
    const body = noise(300_000, 'cut')
    await putDirect('cut.bin', body)
    proxy.decide = (_request, number) => (number <= 2 ? { cutAfterBytes: 100_000 } : 'pass')
    await getFile(openTransfer(s3), { ...at('cut.bin'), sizeBytes: body.length }, join(folder, 'cut.bin'))
    expect(rangesAsked()).toBe(3)
    expect((await readFile(join(folder, 'cut.bin'))).equals(body)).toBe(true)
    expect(await readdir(folder)).toEqual(['cut.bin'])
  })

  test('in the middle of a range: only that range is read again', async () => {
    const body = noise(12 * MIB, 'ranges')
    await putDirect('ranges.bin', body)
    let cut = 0
    proxy.decide = ({ headers }) =>
      headers.range === 'bytes=5242880-10485759' && cut++ === 0 ? { cutAfterBytes: MIB } : 'pass'
    await getFile(openTransfer(s3, SMALL), at('ranges.bin'), join(folder, 'ranges.bin'))
    expect([cut, rangesAsked()]).toEqual([2, 4])
    expect((await readFile(join(folder, 'ranges.bin'))).equals(body)).toBe(true)
    expect(await readdir(folder)).toEqual(['ranges.bin'])
  })

  test('for good: the parts that came are kept, and the next run asks for the others alone', async () => {
    const body = noise(16 * MIB, 'for good')
    await putDirect('broken.bin', body)
    const path = join(folder, 'broken.bin')
    proxy.decide = ({ headers }) => (headers.range?.startsWith('bytes=10485760') ? 'refuse' : 'pass')
    await expect(getFile(openTransfer(s3, SMALL), at('broken.bin'), path)).rejects.toThrow(CUT)
    expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual([])
    proxy.decide = () => 'pass'
    proxy.seen.length = 0
    await getFile(openTransfer(s3, SMALL), at('broken.bin'), path)
    // Four parts of 5, 5, 5 and 1 MiB; the third failed, and the fourth may not have been begun.
    expect(rangesAsked()).toBeLessThanOrEqual(2)
    expect((await readFile(path)).equals(body)).toBe(true)
    expect(await readdir(folder)).toEqual(['broken.bin'])
  })

  test('while parts are sent: they stay in S3, and the next run sends the others alone', async () => {
    const body = noise(16 * MIB, 'parts')
    const path = join(folder, 'parts.bin')
    await writeFile(path, body)
    proxy.decide = ({ url }) => (url?.includes('partNumber=3') ? 'refuse' : 'pass')
    await expect(putFile(openTransfer(s3, SMALL), path, at('parts.bin'))).rejects.toThrow(CUT)
    expect(await listUploads(direct, 's3://flights/parts.bin')).toHaveLength(1)
    proxy.decide = () => 'pass'
    proxy.seen.length = 0
    await putFile(openTransfer(s3, SMALL), path, at('parts.bin'))
    expect(partsSent()).toBeLessThanOrEqual(2)
    expect(await listUploads(direct, 's3://flights/parts.bin')).toEqual([])
    const head = await direct.send(
      new HeadObjectCommand({ Bucket: 'flights', Key: 'parts.bin', ChecksumMode: 'ENABLED' }),
    )
    expect([head.ContentLength, head.ChecksumType, head.ETag?.endsWith('-4"')]).toEqual([16 * MIB, 'FULL_OBJECT', true])
    await getFile(openTransfer(direct), at('parts.bin'), join(folder, 'back.bin'))
    expect((await readFile(join(folder, 'back.bin'))).equals(body)).toBe(true)
  })
})

test('what a broken run has of a version that was replaced since is removed', async () => {
  await putDirect('versions.bin', noise(11 * MIB, 'first'))
  const path = join(folder, 'versions.bin')
  proxy.decide = ({ headers }) => (headers.range?.startsWith('bytes=10485760') ? 'refuse' : 'pass')
  await expect(getFile(openTransfer(s3, SMALL), at('versions.bin'), path)).rejects.toThrow(CUT)
  expect((await readdir(folder)).length).toBe(2)
  const second = noise(11 * MIB, 'second')
  await putDirect('versions.bin', second)
  proxy.decide = () => 'pass'
  await getFile(openTransfer(s3, SMALL), at('versions.bin'), path)
  expect(await readdir(folder)).toEqual(['versions.bin'])
  expect((await readFile(path)).equals(second)).toBe(true)
})

test('an unfinished upload of other bytes is left alone, and its parts do not get into the object', async () => {
  const path = join(folder, 'mixed.bin')
  await writeFile(path, noise(11 * MIB, 'old'))
  proxy.decide = ({ url }) => (url?.includes('partNumber=3') ? 'refuse' : 'pass')
  await expect(putFile(openTransfer(s3, SMALL), path, at('mixed.bin'))).rejects.toThrow(CUT)
  proxy.decide = () => 'pass'
  const body = noise(11 * MIB, 'new')
  await writeFile(path, body)
  await putFile(openTransfer(s3, SMALL), path, at('mixed.bin'))
  await getFile(openTransfer(direct), at('mixed.bin'), join(folder, 'back.bin'))
  expect((await readFile(join(folder, 'back.bin'))).equals(body)).toBe(true)
  expect(await listUploads(direct, 's3://flights/mixed.bin')).toHaveLength(1)
})

test('S3 that says "slow down" is asked again until it answers', async () => {
  await mkdir(join(folder, 'in'))
  for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(folder, 'in', name), name)
  // Two of three requests, listings and puts alike.
  proxy.decide = (_request, number) => (number % 3 === 0 ? 'pass' : 'slow-down')
  const report = await sync(s3, join(folder, 'in'), 's3://flights/slow', { parallel: 1 })
  expect([report.copied, proxy.seen.length]).toEqual([4, 15])
})

describe('an object that is replaced while it is read in ranges', () => {
  test('comes in its new version, whole', async () => {
    const [before, after] = [noise(11 * MIB, 'before'), noise(12 * MIB, 'after')]
    await putDirect('changing.bin', before)
    let replaced = false
    proxy.decide = async ({ headers }): Promise<Fate> => {
      if (headers.range?.startsWith('bytes=5242880') && !replaced) {
        replaced = true
        await putDirect('changing.bin', after)
      }
      return 'pass'
    }
    await getFile(openTransfer(s3, SMALL), at('changing.bin'), join(folder, 'changing.bin'))
    expect((await readFile(join(folder, 'changing.bin'))).equals(after)).toBe(true)
    expect(await readdir(folder)).toEqual(['changing.bin'])
  })

  test('again and again is given up by name, with nothing written', async () => {
    await putDirect('restless.bin', noise(11 * MIB, 'restless'))
    let version = 0
    proxy.decide = async ({ headers }): Promise<Fate> => {
      if (headers.range?.startsWith('bytes=5242880')) await putDirect('restless.bin', noise(11 * MIB, `v${version++}`))
      return 'pass'
    }
    const path = join(folder, 'restless.bin')
    await expect(getFile(openTransfer(s3, SMALL), at('restless.bin'), path)).rejects.toMatchObject({
      code: 'data.s3.changed',
    })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('Ctrl-C', () => {
  test('in the middle of an upload leaves no unfinished upload and no object', async () => {
    const path = join(folder, 'up.bin')
    await writeFile(path, noise(16 * MIB, 'up'))
    const stop = new AbortController()
    proxy.decide = ({ url }) => {
      if (!url?.includes('partNumber=2')) return 'pass'
      setTimeout(() => stop.abort(), 10)
      return 'hang'
    }
    await expect(
      putFile(openTransfer(s3, { ...SMALL, signal: stop.signal }), path, at('up.bin')),
    ).rejects.toMatchObject({ name: 'AbortError' })
    expect(await listUploads(direct, 's3://flights/up.bin')).toEqual([])
    await expect(direct.send(new HeadObjectCommand({ Bucket: 'flights', Key: 'up.bin' }))).rejects.toMatchObject({
      name: 'NotFound',
    })
  })

  test('in the middle of a download leaves no temporary file', async () => {
    await putDirect('down/large.bin', noise(11 * MIB, 'large'))
    await putDirect('down/small.bin', noise(1000, 'small'))
    const stop = new AbortController()
    proxy.decide = ({ headers }) => {
      if (!headers.range?.startsWith('bytes=5242880')) return 'pass'
      setTimeout(() => stop.abort(), 10)
      return 'hang'
    }
    const target = join(folder, 'out')
    await expect(sync(s3, 's3://flights/down', target, { ...SMALL, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect((await readdir(target)).filter((name) => name !== 'small.bin')).toEqual([])
  })
})

test('a file that changes while its parts are sent becomes no object', async () => {
  const path = join(folder, 'growing.bin')
  await writeFile(path, noise(11 * MIB, 'growing'))
  proxy.decide = async ({ url }): Promise<Fate> => {
    if (url?.includes('partNumber=2')) await writeFile(path, noise(12 * MIB, 'grown'))
    return 'pass'
  }
  await expect(putFile(openTransfer(s3, SMALL), path, at('growing.bin'))).rejects.toMatchObject({
    code: 'data.s3.changed',
  })
  expect(await listUploads(direct, 's3://flights/growing.bin')).toEqual([])
  await expect(direct.send(new HeadObjectCommand({ Bucket: 'flights', Key: 'growing.bin' }))).rejects.toMatchObject({
    name: 'NotFound',
  })
})
