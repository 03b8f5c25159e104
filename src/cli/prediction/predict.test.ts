import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import onnxProto from 'onnx-proto'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readJson } from '../../core/json.ts'
import { skyloop, skyloopJson } from '../../../test/support/cli.ts'
import { smallDetector } from '../../../test/support/small-detector.ts'
import type { FilePredictions } from './predict-files.ts'

let folder: string
const at = (...parts: string[]): string => join(folder, ...parts)

/** A noisy photo, the same for the same seed. */
async function photo(path: string, width: number, height: number): Promise<void> {
  const pixels = Buffer.from(
    Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + (i >> 5) * 104_729) % 256),
  )
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toFile(path)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-predict-'))
  await mkdir(at('run'))
  await mkdir(at('photos'))
  await mkdir(at('more'))
  await writeFile(at('run', 'model.onnx'), smallDetector())
  await photo(at('photos', 'a.jpg'), 256, 128)
  await photo(at('more', 'a.jpg'), 128, 128)
  await writeFile(at('photos', 'notes.txt'), 'no image')
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

test('predict writes boxes as JSON and as pictures, images of one name apart', async () => {
  const found = await skyloopJson<FilePredictions>(
    at('home'),
    'predict',
    at('run'),
    at('photos'),
    at('more', 'a.jpg'),
    '--out',
    at('out'),
    '--draw-width=100',
  )
  // 256 px in tiles of 128 px that share a quarter are three; 128 px are one.
  expect(found.images.map(({ width, height, tiles }) => [width, height, tiles])).toEqual([
    [256, 128, 3],
    [128, 128, 1],
  ])
  expect(found.images.map(({ drawn }) => drawn)).toEqual([at('out', 'a.jpg'), at('out', 'a-2.jpg')])
  expect((await readdir(at('out'))).toSorted()).toEqual(['a-2.jpg', 'a.jpg', 'predictions.json'])
  expect(await readJson(at('out', 'predictions.json'))).toEqual(found)
  expect((await sharp(at('out', 'a.jpg')).metadata()).width).toBe(100)
  const boxes = found.images[0]?.detections ?? []
  expect(boxes.length).toBeGreaterThan(0)
  for (const { class: name, confidence, box } of boxes) {
    expect(name).toBe('car')
    expect(confidence).toBeGreaterThanOrEqual(0.25)
    expect(box[2]! - box[0]!).toBeGreaterThan(0)
    expect(box[2]).toBeLessThanOrEqual(256)
  }
})

test('a model whose file says nothing of tiles gets tiles of its input size, and says so', async () => {
  const model = onnxProto.onnx.ModelProto.decode(smallDetector())
  model.metadataProps = model.metadataProps!.filter(({ key }) => key !== 'tile')
  await writeFile(at('untold.onnx'), onnxProto.onnx.ModelProto.encode(model).finish())
  const names = [at('untold.onnx'), at('more', 'a.jpg'), '--json']
  const { out, err } = await skyloop(at('home'), 'predict', ...names)
  // 128 px in tiles of 64 px that share a fifth are three by three.
  expect((JSON.parse(out) as FilePredictions).images[0]?.tiles).toBe(9)
  expect(err).toContain('tiles of 64 px, its input size; --tile none')
  const whole = await skyloop(at('home'), 'predict', ...names, '--tile=none')
  expect((JSON.parse(whole.out) as FilePredictions).images[0]?.tiles).toBe(1)
  expect(whole.err).not.toContain('its input size')
})

test('an image that cannot be read is named, the others are predicted, and the exit code is 1', async () => {
  await writeFile(at('broken.jpg'), 'not a photo')
  const names = [at('run', 'model.onnx'), at('broken.jpg'), at('photos', 'a.jpg')]
  const { code, out } = await skyloop(at('home'), 'predict', ...names, '--tile=none', '--json')
  expect(code).toBe(1)
  const found = JSON.parse(out) as FilePredictions
  expect(found.images.map(({ file, tiles }) => [file, tiles])).toEqual([[at('photos', 'a.jpg'), 1]])
  expect(found.failed).toEqual([{ file: at('broken.jpg'), error: expect.stringContaining('broken.jpg') as string }])
})

test.each([
  [['predict', 'nowhere', '.'], 'there is no model'],
  [['predict', 'photos', 'photos'], 'has no model.onnx'],
  [['predict', 'run', 'run'], 'holds no .jpg'],
  [['predict', 'run', 'nobody.jpg'], 'there is no'],
])('%j is refused', async ([command = '', ...names], words) => {
  const { code, err } = await skyloop(at('home'), command, ...names.map((name) => at(name)))
  expect([code, err.includes(words)]).toEqual([1, true])
})
