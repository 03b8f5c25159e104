import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { smallDetector } from '../../../test/support/small-detector.ts'
import { openDetector } from '../runtime/detector-session.ts'
import { predictImage } from './predict-image.ts'
import { type ImageSource, predictImages } from './predict-images.ts'

const session = await openDetector(smallDetector(null))
afterAll(() => session[Symbol.asyncDispose]())

async function picture(name: string, width: number, height: number): Promise<{ name: string; bytes: Buffer }> {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 50 }
  const bytes = await sharp({ create: { width, height, channels: 3, background: '#000', noise } })
    .png()
    .toBuffer()
  return { name, bytes }
}
const wide = await picture('wide', 90, 40)
const tall = await picture('tall', 30, 80)
const broken = { name: 'broken', bytes: Buffer.from('no picture') }

async function all<T>(outcomes: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const outcome of outcomes) list.push(outcome)
  return list
}

test('answers come in the order of the images, each as if it were alone; a broken image is told and skipped', async () => {
  const [first, second, third, fourth, ...more] = await all(predictImages(session, [wide, broken, tall, wide]))
  const alone = async ({ bytes }: typeof wide) => ({
    ...(await predictImage(session, bytes)),
    timesMs: expect.anything() as object,
  })
  expect((await alone(wide)).detections.length).toBeGreaterThan(0)
  expect(first).toEqual({ source: wide, prediction: await alone(wide) })
  expect(second).toMatchObject({ source: broken, error: { code: 'yolo.image.corrupt' } })
  expect(second).toHaveProperty('error.message', expect.stringContaining('broken'))
  expect(third).toEqual({ source: tall, prediction: await alone(tall) })
  expect(fourth).toEqual({ source: wide, prediction: await alone(wide) })
  expect(more).toEqual([])
})

test('no more images are asked for than may wait, and the source is closed when nobody wants more', async () => {
  let given = 0
  let closed = false
  async function* endless(): AsyncGenerator<ImageSource> {
    try {
      for (;;) {
        given++
        yield wide
      }
    } finally {
      closed = true
    }
  }
  let seen = 0
  for await (const _outcome of predictImages(session, endless(), { ahead: 3 })) {
    seen++
    // The one in hand, and three behind it.
    expect(given).toBeLessThanOrEqual(seen + 3)
    if (seen === 4) break
  }
  expect(closed).toBe(true)
})

test('none is none, and a failing source or tiling ends the run', async () => {
  expect(await all(predictImages(session, []))).toEqual([])
  async function* failing(): AsyncGenerator<ImageSource> {
    yield wide
    throw new Error('the card was pulled out')
  }
  const seen: string[] = []
  const run = async (): Promise<void> => {
    for await (const { source } of predictImages(session, failing())) seen.push((source as typeof wide).name)
  }
  await expect(run()).rejects.toThrow('the card was pulled out')
  expect(seen).toEqual(['wide'])
  const tiling = { size: 640, overlap: 0.2, scale: 1 }
  await expect(all(predictImages(session, [wide], { tiling }))).rejects.toThrow('tiles of 640 px')
})
