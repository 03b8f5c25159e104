import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { withEngine } from '../../engine/testing.ts'
import { createReporter } from '../terminal/reporter.ts'
import { openDataset } from './dataset.ts'
import { degradeToDusk, DUSKS } from './degrade.ts'
import { findFrames, spread } from './find-frames.ts'
import { readModelMetrics } from './model-metrics.ts'
import { createStages } from './stages.ts'

describe('stages', () => {
  const quiet = createReporter({ write: () => {}, interactive: false, colour: false, columns: () => 80 })

  test('a stage counts as done only when its work has returned', async () => {
    const stages = createStages(quiet, new AbortController().signal)
    await stages.run(
      'one',
      async () => 41,
      (n) => `found ${n + 1}`,
    )
    const broken = stages.run(
      'two',
      async () => {
        throw new Error('no disk')
      },
      () => 'never',
    )
    await expect(broken).rejects.toThrow('no disk')
    expect(stages.records.map(({ name, status, detail }) => [name, status, detail])).toEqual([
      ['one', 'done', 'found 42'],
      ['two', 'failed', 'no disk'],
    ])
  })

  test('nothing begins after Ctrl-C', async () => {
    const controller = new AbortController()
    const stages = createStages(quiet, controller.signal)
    controller.abort()
    let began = false
    const late = stages.run(
      'late',
      async () => {
        began = true
      },
      () => '',
    )
    await expect(late).rejects.toThrow('aborted')
    expect([began, stages.records]).toEqual([false, []])
  })
})

test('dusk makes a frame darker, flatter and softer, and keeps its size', async () => {
  // A chessboard: as much contrast as there can be.
  const pixels = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    return (((pixel % 64) >> 3) + (Math.floor(pixel / 64) >> 3)) % 2 ? 255 : 0
  })
  const image = await sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } })
    .png()
    .toBuffer()
  const before = (await sharp(image).stats()).channels[1]
  let mean = before?.mean ?? 0
  for (const dusk of DUSKS) {
    const after = await degradeToDusk(image, dusk, 1.5)
    const { width, height } = await sharp(after).metadata()
    expect([width, height]).toEqual([64, 48])
    const green = (await sharp(after).stats()).channels[1]
    expect(green?.mean).toBeLessThan(mean)
    expect(green?.stdev).toBeLessThan((before?.stdev ?? 0) / 3)
    mean = green?.mean ?? 0
  }
})

describe('frames of a data set', () => {
  test('are found in either layout, other splits left out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skyloop-frames-'))
    for (const path of [
      'train/images/a.jpg',
      'images/val/b.png',
      'extra/images/c.jpg',
      'preview.jpg',
      'train/labels/a.txt',
    ]) {
      await mkdir(join(folder, path, '..'), { recursive: true })
      await writeFile(join(folder, path), 'x')
    }
    const { train, val, none } = await findFrames(folder)
    expect([train, val, none].map((frames) => frames.map((frame) => frame.name))).toEqual([
      ['train/images/a.jpg'],
      ['images/val/b.png'],
      [],
    ])
  })

  test('are taken evenly', () => {
    expect(spread([0, 1, 2, 3, 4, 5, 6, 7], 4)).toEqual([0, 2, 4, 6])
    expect(spread([1, 2], 4)).toEqual([1, 2])
  })

  test('must be there', async () => {
    await expect(openDataset('/no/such/folder')).rejects.toThrow('there is no folder /no/such/folder')
    const empty = await mkdtemp(join(tmpdir(), 'skyloop-frames-'))
    await expect(openDataset(empty)).rejects.toThrow('has no images of a YOLO data set')
  })
})

test('the figures of a training are read out of its model artifact', async () => {
  await withEngine(async (engine) => {
    const s3 = new S3Client({ ...engine.clientConfiguration, forcePathStyle: true })
    await s3.send(new CreateBucketCommand({ Bucket: 'models' }))
    const put = async (key: string, metrics: object): Promise<void> => {
      const archive = pack()
      archive.entry({ name: 'model.onnx' }, Buffer.alloc(100_000))
      archive.entry({ name: './metrics.json' }, JSON.stringify(metrics))
      archive.finalize()
      const Body = gzipSync(await buffer(archive))
      await s3.send(new PutObjectCommand({ Bucket: 'models', Key: key, Body }))
    }
    const metrics = { engine: 'onnxruntime-cpu 1.30.0', imagesPerSecond: 8.5, epochs: 3, finalLoss: 2.25, seconds: 40 }
    await put('good.tar.gz', { ...metrics, best: 1 })
    expect(await readModelMetrics(s3, 's3://models/good.tar.gz')).toEqual(metrics)
    await put('bad.tar.gz', { ...metrics, finalLoss: 'NaN' })
    await expect(readModelMetrics(s3, 's3://models/bad.tar.gz')).rejects.toThrow('no number "finalLoss"')
    s3.destroy()
  })
})
