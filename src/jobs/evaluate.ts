import { access, mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { SkyloopError } from '../core/errors.ts'
import { writeJsonAtomic } from '../core/files.ts'
import type { Json } from '../core/json.ts'
import { formatDuration } from '../core/units.ts'
import { altitudeOf, readImageMetadata } from '../data/formats/image-metadata.ts'
import { evaluateDetector } from '../yolo/eval/evaluate-detector.ts'
import { detectionsLine, evaluationJson, evaluationPage } from '../yolo/eval/evaluation-report.ts'
import { detectionPlots } from '../yolo/plots/detection-plots.ts'
import { clippingNotice, readClassNames, readDataset } from '../yolo/train/batches/dataset.ts'
import { type Container, openContainer, runJob } from './container.ts'
import { jobArguments } from './job-arguments.ts'
import { openModelFolder } from './model-folder.ts'

/** Detections below it are not worth keeping in `detections.jsonl`. */
const KEPT_CONFIDENCE = 0.05

/**
 * Scores a model on a prepared data set.
 *
 * In: `processing/model` (`model.onnx` or `model.tar.gz`), `processing/data` (the output of preprocess).
 * Out: `processing/evaluation/{evaluation.json, detections.jsonl, report.html, plots/*.png}`.
 *
 * Arguments: `--split test|val|train` (default: test when there is one, else val) and `--on frames|tiles`
 * (default: whole frames, predicted tile by tile, when the set kept them; else the prepared images);
 * `--altitude-bands 30,60,90,120` (metres at which bands end) where `metadata.jsonl` gives images an `altitudeM`.
 */
export async function run(args: string[]): Promise<number> {
  const container = openContainer(process.env)
  return runJob(container, () => evaluate(container, args))
}

async function evaluate(container: Container, args: readonly string[]): Promise<string> {
  const values = jobArguments(args, {
    split: { type: 'string' },
    on: { type: 'string' },
    'altitude-bands': { type: 'string' },
  })
  const dataDir = container.processingDir('data')
  const outputDir = container.processingDir('evaluation')
  const { folder, split, on } = await chooseImages(dataDir, values.split, values.on)
  const dataset = await readDataset(folder, await readClassNames([dataDir, folder]))
  const notice = clippingNotice(dataset)
  if (notice !== undefined) console.warn(`warning: ${notice}`)
  const altitudeEdgesM = values['altitude-bands']?.split(',').map(Number)
  await using session = await openModelFolder(container.processingDir('model'))

  const started = performance.now()
  // Prepared images already have the network's size; only whole frames are cut.
  const tiling = on === 'tiles' ? { tiling: null } : {}
  let reported = started
  const evaluation = await evaluateDetector(session, dataset, {
    ...tiling,
    altitudesM: await altitudesIn(dataDir, folder),
    ...(altitudeEdgesM && { altitudeEdgesM }),
    onImage: (done, total) => {
      const now = performance.now()
      if (done < total && now - reported < 2000) return
      reported = now
      const left = ((now - started) / done) * (total - done)
      console.log(`evaluated ${done} of ${total} images${done < total ? `, about ${formatDuration(left)} left` : ''}`)
    },
  })

  await mkdir(outputDir, { recursive: true })
  const details: Record<string, Json> = {
    split,
    evaluated_on: on,
    seconds: (performance.now() - started) / 1000,
    latency_ms: latency(evaluation.images.map(({ timesMs }) => timesMs.decode + timesMs.infer + timesMs.post)),
  }
  const json = evaluationJson(evaluation, details)
  await writeJsonAtomic(join(outputDir, 'evaluation.json'), json)
  const lines = evaluation.images.map((image) => detectionsLine(image, evaluation.classNames, KEPT_CONFIDENCE))
  await writeFile(join(outputDir, 'detections.jsonl'), `${lines.join('\n')}\n`)
  const { images, confusion, classNames } = evaluation
  const found = images.map(({ name, detections }) => ({ id: name, detections }))
  const plots = await detectionPlots(
    images.map(({ truth }) => truth),
    found,
    confusion,
    classNames,
  )
  await mkdir(join(outputDir, 'plots'), { recursive: true })
  for (const [name, png] of plots) await writeFile(join(outputDir, 'plots', name), png)
  const title = `Evaluation on ${split} (${dataset.images.length} ${on})`
  await writeFile(join(outputDir, 'report.html'), await evaluationPage(evaluation, title, plots))
  const { map50, map50_95 } = evaluation.metrics
  console.log(
    `eval_map50=${map50.toFixed(4)} eval_map50_95=${map50_95.toFixed(4)} eval_images=${dataset.images.length}`,
  )
  return `mAP50 ${map50.toFixed(3)}, mAP50-95 ${map50_95.toFixed(3)} on ${dataset.images.length} ${on} of ${split}`
}

async function chooseImages(
  dataDir: string,
  wantedSplit: string | undefined,
  wantedOn: string | undefined,
): Promise<{ folder: string; split: string; on: 'frames' | 'tiles' }> {
  if (wantedOn !== undefined && wantedOn !== 'frames' && wantedOn !== 'tiles') {
    throw new SkyloopError({ code: 'jobs.arguments', message: `--on is "${wantedOn}"; allowed: frames, tiles` })
  }
  const splits = wantedSplit === undefined ? ['test', 'val'] : [wantedSplit]
  for (const split of splits) {
    const frames = join(dataDir, 'frames', split)
    if (wantedOn !== 'tiles' && (await exists(join(frames, 'images')))) return { folder: frames, split, on: 'frames' }
    const tiles = join(dataDir, split)
    if (wantedOn !== 'frames' && (await exists(join(tiles, 'images')))) return { folder: tiles, split, on: 'tiles' }
  }
  throw new SkyloopError({
    code: 'jobs.evaluate.split',
    message: `${dataDir} has no ${wantedOn ?? 'images'} of the split ${splits.join(' or ')}`,
  })
}

/** Altitudes that the data set's metadata gives, by image file name, of the images in one folder of it. */
async function altitudesIn(dataDir: string, folder: string): Promise<Map<string, number>> {
  const images = `${relative(dataDir, folder)}/images`
  const metadata = await readImageMetadata(dataDir, [])
  return new Map(
    [...metadata].flatMap(([path, about]) => {
      const altitude = altitudeOf(about)
      return dirname(path) === images && altitude !== undefined ? [[basename(path), altitude] as const] : []
    }),
  )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function latency(timesMs: readonly number[]): Json {
  const sorted = [...timesMs].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { p50: at(0.5), p95: at(0.95), mean: timesMs.reduce((a, b) => a + b, 0) / timesMs.length }
}
