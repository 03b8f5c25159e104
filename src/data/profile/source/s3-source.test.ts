import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { withEngine } from '../../../engine/testing.ts'
import { profileSet } from '../profile-set.ts'
import { htmlReport } from '../report/html-report.ts'
import { s3Source } from './s3-source.ts'

test('a prefix is profiled like a folder, with the class list above it, and a second run fetches no image', async () => {
  const root = await mkdtemp(join(tmpdir(), 'skyloop-profile-s3-'))
  try {
    await withEngine(async ({ clientConfiguration }) => {
      const client = new S3Client(clientConfiguration)
      const fetched: string[] = []
      client.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            if (commandName === 'GetObjectCommand') fetched.push((args.input as { Key: string }).Key)
            return next(args)
          },
        { step: 'initialize' },
      )
      await client.send(new CreateBucketCommand({ Bucket: 'flights' }))
      const put = (Key: string, Body: string | Buffer) =>
        client.send(new PutObjectCommand({ Bucket: 'flights', Key, Body }))
      for (let k = 0; k < 6; k++) {
        const pixels = Buffer.from(Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => (i * (k + 5) * 11) % 253))
        const jpeg = await sharp(pixels, { raw: { width: 60, height: 40, channels: 3 } })
          .jpeg()
          .toBuffer()
        await put(`raw/train/images/f-${k}.jpg`, jpeg)
        await put(`raw/train/labels/f-${k}.txt`, '1 .5 .5 .5 .5\n')
      }
      await put('raw/train/images/empty.jpg', Buffer.alloc(0))
      await put('raw/trainer/images/other.jpg', 'a prefix is a folder, not the beginning of a name')
      await put('raw/classes.txt', 'car\nbus\n')

      const source = s3Source(client, 's3://flights/raw/train')
      const options = { now: new Date(0), threads: 2, cacheFile: join(root, 'cache.db') }
      const { profile } = await profileSet(source, options)
      expect(profile).toMatchObject({
        source: 's3://flights/raw/train/',
        counts: { images: 7, readable: 6, unreadable: 1 },
        labels: {
          boxes: 6,
          classes: [
            { name: 'car', boxes: 0 },
            { name: 'bus', boxes: 6 },
          ],
        },
        unreadable: [{ path: 'images/empty.jpg', error: { code: 'data.image.empty' } }],
      })
      expect(fetched.filter((key) => key.endsWith('.jpg'))).toHaveLength(7)
      expect(await htmlReport(profile, source)).toContain('data:image/webp;base64,')

      fetched.length = 0
      const again = await profileSet(source, options)
      expect(again.fromCache).toBe(7)
      expect(again.profile).toEqual(profile)
      expect(fetched.filter((key) => key.endsWith('.jpg'))).toEqual([])

      // An object that is gone when it is read is a row, not the end.
      await put('raw/train/images/new.jpg', 'x')
      const listing = source.list.bind(source)
      const leaky = {
        ...source,
        list: async function* (signal?: AbortSignal) {
          yield* listing(signal)
          await client.send(new DeleteObjectCommand({ Bucket: 'flights', Key: 'raw/train/images/new.jpg' }))
        },
      }
      const { profile: third } = await profileSet(leaky, options)
      expect(third.unreadable.find(({ path }) => path === 'images/new.jpg')?.error.code).toBe('data.image.unreadable')
      client.destroy()
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

test('what is no S3 URI is refused', () => {
  expect(() => s3Source(new S3Client({}), 's3:/flights')).toThrow('not an S3 URI')
})
