import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import sharp from 'sharp'
import { pack } from 'tar-stream'
import { beforeAll, expect, test } from 'vitest'
import { runJobProcess } from '../../test/support/job-process.ts'
import { smallDetector } from '../../test/support/small-detector.ts'
import { renderScene } from '../data/scenes/render-scene.ts'
import { predictImage } from '../yolo/predict/predict-image.ts'
import { openDetector } from '../yolo/runtime/detector-session.ts'

let onnx: Uint8Array
let images: { name: string; jpeg: Buffer; labels: string }[]

/** Two frames of 200x120 px labelled with what the detector itself reports there: a perfect score is known beforehand. */
beforeAll(async () => {
  onnx = smallDetector()
  await using session = await openDetector(onnx)
  const frames = await Promise.all(
    ['a', 'b'].map(async (name, seed) => {
      const { rgb, width, height } = renderScene({ seed, width: 200, height: 120 })
      const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 95 })
        .toBuffer()
      const found = await predictImage(session, jpeg, { confidence: 0.001, iou: 0.7, multiLabel: true })
      return { name, jpeg, ...found }
    }),
  )
  const confidences = frames.flatMap(({ detections }) => detections.map(({ confidence }) => confidence))
  const least = confidences.sort((a, b) => b - a)[9]!
  images = frames.map(({ name, jpeg, width, height, detections }) => {
    const lines = detections
      .filter(({ confidence }) => confidence >= least)
      .map(({ classId, box: [x1, y1, x2, y2] }) => {
        const numbers = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height]
        return `${[classId, ...numbers.map((number) => number.toFixed(7))].join(' ')}\n`
      })
    return { name, jpeg, labels: lines.join('') }
  })
})

async function jobFolder(split: string, packed = false): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), 'skyloop-evaluate-'))
  const model = join(base, 'processing', 'model')
  const data = join(base, 'processing', 'data')
  await mkdir(model, { recursive: true })
  await mkdir(join(data, split, 'images'), { recursive: true })
  await mkdir(join(data, split, 'labels'))
  if (packed) {
    const tar = pack()
    tar.entry({ name: 'model.onnx' }, Buffer.from(onnx))
    tar.finalize()
    await pipeline(tar, createGzip(), createWriteStream(join(model, 'model.tar.gz')))
  } else await writeFile(join(model, 'model.onnx'), onnx)
  await writeFile(join(data, 'classes.txt'), 'bus\ncar\n')
  for (const { name, jpeg, labels } of images) {
    await writeFile(join(data, split, 'images', `${name}.jpg`), jpeg)
    // The data set numbers its classes the other way round: they are matched by name.
    await writeFile(join(data, split, 'labels', `${name}.txt`), labels.replace(/^0/gm, '1'))
  }
  return base
}

test('a detector scores 1 at IoU .50 and .95 on its own most confident reports, over whole frames cut into tiles', async () => {
  const base = await jobFolder('frames/val', true)
  const { exitCode, log, message } = await runJobProcess(base, ['evaluate'])
  expect([exitCode, message]).toEqual([0, expect.stringMatching(/^mAP50 1\.000, .* on 2 frames of val$/) as string])
  const output = join(base, 'processing', 'evaluation')
  const trueBoxes = images.reduce((sum, { labels }) => sum + labels.trim().split('\n').length, 0)
  const json = JSON.parse(await readFile(join(output, 'evaluation.json'), 'utf8')) as Record<string, never>
  expect(json).toMatchObject({
    images: 2,
    boxes: trueBoxes,
    split: 'val',
    evaluated_on: 'frames',
    detection_metrics: { map50: { value: expect.closeTo(1, 6) as number }, per_class: { car: { boxes: trueBoxes } } },
  })
  expect(log).toContain('eval_map50=1.0000')
  const lines = (await readFile(join(output, 'detections.jsonl'), 'utf8')).trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { image: string }).image)).toEqual(['a.jpg', 'b.jpg'])
  expect(await readFile(join(output, 'report.html'), 'utf8')).toContain('data:image/jpeg;base64,')
  const plots = await readdir(join(output, 'plots'))
  expect(plots.toSorted()).toEqual([
    'confusion-matrix-normalised.png',
    'confusion-matrix.png',
    'f1-confidence.png',
    'pr-curve.png',
    'precision-confidence.png',
    'recall-confidence.png',
  ])
})

test('scores are given by altitude where the metadata knows it, and what it does not know stays unknown', async () => {
  const base = await jobFolder('frames/val')
  await writeFile(
    join(base, 'processing/data/metadata.jsonl'),
    '{"image":"frames/val/images/a.jpg","altitudeM":70}\n{"image":"train/images/b.jpg","altitudeM":20}\n',
  )
  const { exitCode } = await runJobProcess(base, ['evaluate', '--altitude-bands', '50,100'])
  expect(exitCode).toBe(0)
  const output = join(base, 'processing', 'evaluation')
  const json = JSON.parse(await readFile(join(output, 'evaluation.json'), 'utf8')) as {
    detection_metrics: {
      by_altitude: unknown
      by_size: Record<string, { boxes: number }>
      images_without_altitude: number
    }
    boxes: number
  }
  const ownBoxes = images[0]!.labels.trim().split('\n').length
  expect(json.detection_metrics.by_altitude).toMatchObject([{ altitude_m: [50, 100], images: 1, boxes: ownBoxes }])
  expect(json.detection_metrics.images_without_altitude).toBe(1)
  const bySize = Object.values(json.detection_metrics.by_size)
  expect(bySize.reduce((sum, { boxes }) => sum + boxes, 0)).toBe(json.boxes)
  const page = await readFile(join(output, 'report.html'), 'utf8')
  expect(page).toContain('<th>50 to 100 m</th><td>1</td>')
  expect(page).toContain('Images without a known altitude: 1.')
})

test('a corrupt image fails the job and is named', async () => {
  const base = await jobFolder('frames/test')
  await writeFile(join(base, 'processing/data/frames/test/images/b.jpg'), images[1]!.jpeg.subarray(0, 300))
  const { exitCode, message } = await runJobProcess(base, ['evaluate', '--split', 'test'])
  expect(exitCode).toBe(1)
  expect(message).toMatch(/yolo\.image\.corrupt: .*b\.jpg is not a readable image/)
})

test.each([
  ['a split that is not there', ['--split', 'train'], 'jobs.evaluate.split'],
  ['an unknown argument', ['--spilt', 'val'], "Unknown option '--spilt'"],
])('%s is refused', async (_what, args, text) => {
  const { exitCode, message } = await runJobProcess(await jobFolder('frames/val'), ['evaluate', ...args])
  expect(exitCode).toBe(1)
  expect(message).toContain(text)
})
