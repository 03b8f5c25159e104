import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isUnreadable } from '../image-profile.ts'
import { createProfilePool } from './profile-pool.ts'

let folder: string
let paths: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-pool-'))
  paths = Array.from({ length: 5 }, (_, i) => join(folder, `${i}.png`))
  for (const [i, path] of paths.entries()) {
    await sharp({
      create: { width: 32, height: 32, channels: 3, background: { r: i * 10, g: i * 10, b: i * 10 } },
    }).toFile(path)
  }
})
afterAll(async () => rm(folder, { recursive: true }))

test('each image gets its own answer, however many a thread has in hand', async () => {
  await using pool = createProfilePool(2, { cacheFile: undefined, mostBytes: 1 << 20 })
  const replies = await Promise.all(paths.map((path) => pool.profile(path, path)))
  expect(replies.map(({ image }) => (isUnreadable(image) ? image.error : image.brightness))).toEqual([
    0, 10, 20, 30, 40,
  ])
})

test('images whose thread dies are reported, each after it had a thread of its own', async () => {
  const cacheFile = join(folder, 'no-database')
  await writeFile(cacheFile, 'This ends every thread at its start, as it is no database at all.'.repeat(20))
  await using pool = createProfilePool(1, { cacheFile, mostBytes: 1 << 20 })
  const replies = await Promise.all(paths.map((path) => pool.profile(path, path)))
  for (const [i, { image }] of replies.entries()) {
    expect(image).toMatchObject({
      path: paths[i],
      error: {
        code: 'data.image.unreadable',
        message: expect.stringContaining('could not be measured: the cache') as string,
      },
    })
  }
})
