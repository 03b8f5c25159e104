import { SkyloopError } from '../core/errors.ts'
import { formatDuration } from '../core/units.ts'
import { prepareDataset } from '../data/prepare/prepare-dataset.ts'
import { augmentSettings } from '../data/prepare/augment/augment-settings.ts'
import { DEFAULT_SETTINGS, type PrepareSettings } from '../data/prepare/prepared-dataset.ts'
import { type Container, openContainer, runJob } from './container.ts'
import { jobArguments, numberArgument } from './job-arguments.ts'

/**
 * Prepares a raw YOLO data set for training.
 *
 * In: `processing/input`. Out: `processing/output` with `train/ val/ test/ frames/ classes.txt data.yaml metadata.jsonl
 * dataset.json README.md`.
 *
 * Arguments (defaults): `--tile 640|none --overlap 0.2 --imgsz 320 --scale` (imgsz / tile) `--letterbox px|none` (none)
 * `--val-fraction 0.2 --test-fraction 0 --split-by group|flight|image --assign stratified|hash --place-radius 50
 * --resplit yes|no` (no) `--seed 0 --on-corrupt fail|skip --missing-labels skip|background|fail
 * --unknown-class fail|drop --min-visible 0.3 --background 0.15 --train-frames 24 --augment 0 --augment-by flip,rotate,...`
 * (all but mosaic).
 */
export async function run(args: string[]): Promise<number> {
  const container = openContainer(process.env)
  return runJob(container, () => preprocess(container, args))
}

async function preprocess(container: Container, args: readonly string[]): Promise<string> {
  const { settings, onCorrupt, imgsz } = readArguments(args)
  const side = settings.tile ? Math.round(settings.tile.size * settings.tile.scale) : imgsz
  if (side !== imgsz) {
    console.warn(`warning: tiles are written at ${side} px, but --imgsz is ${imgsz}; training will resize them`)
  }
  const started = performance.now()
  let reported = started
  const dataset = await prepareDataset({
    ...settings,
    input: container.processingDir('input'),
    output: container.processingDir('output'),
    onCorrupt,
    onProgress: (done, total) => {
      const now = performance.now()
      if (done < total && now - reported < 2000) return
      reported = now
      const left = ((now - started) / done) * (total - done)
      console.log(`prepared ${done} of ${total} frames${done < total ? `, about ${formatDuration(left)} left` : ''}`)
    },
  })
  for (const warning of dataset.report.warnings) console.warn(`warning: ${warning}`)
  const { images, boxes, report } = dataset
  console.log(
    `dataset_images=${images.train + images.val + images.test} dataset_boxes=${boxes.train + boxes.val + boxes.test}`,
  )
  return (
    `${images.train} train, ${images.val} val and ${images.test} test images of ${report.sourceImages} frames; ` +
    `${report.labels.dropped} label lines dropped, ${report.corrupt.length} broken images; ${dataset.contentHash}`
  )
}

function readArguments(args: readonly string[]): {
  settings: PrepareSettings
  onCorrupt: 'fail' | 'skip'
  imgsz: number
} {
  const d = DEFAULT_SETTINGS
  const text = { type: 'string' } as const
  const values = jobArguments(args, {
    tile: text,
    overlap: text,
    scale: text,
    imgsz: text,
    'val-fraction': text,
    'test-fraction': text,
    'split-by': text,
    assign: text,
    'place-radius': text,
    resplit: text,
    letterbox: text,
    augment: text,
    'augment-by': text,
    seed: text,
    'on-corrupt': text,
    'missing-labels': text,
    'unknown-class': text,
    'min-visible': text,
    background: text,
    'train-frames': text,
  })
  const number = (name: keyof typeof values, low: number, high: number, otherwise: number): number => {
    const value = values[name]
    return value === undefined ? otherwise : numberArgument(name, value, low, high)
  }
  const fitted = values.letterbox !== undefined && values.letterbox !== 'none'
  const cut = fitted ? values.tile !== undefined && values.tile !== 'none' : values.tile !== 'none'
  const size = cut ? Math.round(number('tile', 32, 20_000, 640)) : 0
  const imgsz = number('imgsz', 32, 4096, 320)
  const scale = number('scale', 0.01, 8, cut ? imgsz / size : 1)
  return {
    imgsz,
    onCorrupt: choice('on-corrupt', values['on-corrupt'] ?? 'fail', ['fail', 'skip']),
    settings: {
      tile: cut ? { size, overlap: number('overlap', 0, 0.9, 0.2), scale } : null,
      letterbox: fitted ? Math.round(number('letterbox', 32, 20_000, imgsz)) : null,
      scale: cut ? 1 : scale,
      valFraction: number('val-fraction', 0, 0.9, d.valFraction),
      testFraction: number('test-fraction', 0, 0.9, d.testFraction),
      splitBy: choice('split-by', values['split-by'] ?? d.splitBy, ['group', 'flight', 'image']),
      assign: choice('assign', values.assign ?? d.assign, ['stratified', 'hash']),
      placeRadiusM: number('place-radius', 0, 100_000, d.placeRadiusM),
      resplit: choice('resplit', values.resplit ?? 'no', ['yes', 'no']) === 'yes',
      seed: Math.round(number('seed', 0, 2 ** 32 - 1, d.seed)),
      minVisible: number('min-visible', 0, 1, d.minVisible),
      background: number('background', 0, 0.95, d.background),
      missingLabels: choice('missing-labels', values['missing-labels'] ?? d.missingLabels, [
        'skip',
        'background',
        'fail',
      ]),
      unknownClass: choice('unknown-class', values['unknown-class'] ?? d.unknownClass, ['fail', 'drop']),
      trainFrames: Math.round(number('train-frames', 0, 100_000, d.trainFrames)),
      augment: augmentSettings(Math.round(number('augment', 0, 20, 0)), values['augment-by']),
    },
  }
}

function choice<const T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value)
  if (found === undefined) {
    throw new SkyloopError({
      code: 'jobs.arguments',
      message: `--${name} is "${value}"; allowed: ${allowed.join(', ')}`,
    })
  }
  return found
}
