import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { codeOf, SkyloopError } from '../core/errors.ts'
import { writeJsonAtomic } from '../core/files.ts'
import { isObject, readJson } from '../core/json.ts'
import { measureImage } from '../data/profile/measure-image.ts'
import { suggestConstraints } from '../monitor/constraints.ts'
import { IMAGE_CONSTRAINTS, imageRow } from '../monitor/image-features.ts'
import { describeRows } from '../monitor/statistics.ts'
import type { Row } from '../monitor/table.ts'
import { predictImage } from '../yolo/predict/predict-image.ts'
import type { DetectorSession } from '../yolo/runtime/detector-session.ts'
import { type Container, openContainer, runJob } from './container.ts'
import { jobArguments, numberArgument } from './job-arguments.ts'
import { openModelFolder } from './model-folder.ts'

const IMAGE_EXTENSIONS = ['.jpg', '.jpeg', '.png']

/**
 * Describes what an endpoint normally sees and says, as the baseline of its monitor.
 *
 * In: `processing/model` (`model.onnx` or `model.tar.gz`), `processing/data` (whole frames, as they will be posted: a
 * prepared data set with `frames/`, or any folder of images). Out: `processing/baseline/{statistics.json, constraints.json}`.
 *
 * Arguments: `--max-images 400`, `--confidence 0.25` (that of the endpoint), `--comparison-threshold 0.2`,
 * `--comparison-method Robust|Simple`.
 */
export async function run(args: string[]): Promise<number> {
  const container = openContainer(process.env)
  return runJob(container, () => baseline(container, args))
}

async function baseline(container: Container, args: readonly string[]): Promise<string> {
  const values = jobArguments(args, {
    'max-images': { type: 'string', default: '400' },
    confidence: { type: 'string', default: '0.25' },
    'comparison-threshold': { type: 'string', default: '0.2' },
    'comparison-method': { type: 'string', default: 'Robust' },
  })
  const most = numberArgument('max-images', values['max-images'], 1, 100_000)
  const confidence = numberArgument('confidence', values.confidence, 0, 1)
  const comparison_threshold = numberArgument('comparison-threshold', values['comparison-threshold'], 0, 1)
  const comparison_method = values['comparison-method']
  if (comparison_method !== 'Robust' && comparison_method !== 'Simple') {
    throw new SkyloopError({
      code: 'jobs.arguments',
      message: `--comparison-method is "${comparison_method}"; allowed: Robust, Simple`,
    })
  }
  const found = await frameImages(container.processingDir('data'))
  const images = found.length <= most ? found : spread(found, most)
  await using session = await openModelFolder(container.processingDir('model'))
  const rows: Row[] = []
  for (const path of images) {
    rows.push(await describeImage(session, path, confidence))
    if (rows.length % 25 === 0 || rows.length === images.length) {
      console.log(`described ${rows.length} of ${images.length} images`)
    }
  }
  const statistics = describeRows(rows)
  const constraints = suggestConstraints(statistics, {
    comparison: { comparison_threshold, comparison_method },
    ...IMAGE_CONSTRAINTS,
  })
  const outputDir = container.processingDir('baseline')
  await writeJsonAtomic(join(outputDir, 'statistics.json'), statistics)
  await writeJsonAtomic(join(outputDir, 'constraints.json'), constraints)
  return `baseline of ${rows.length} images, ${statistics.features.length} features`
}

async function describeImage(session: DetectorSession, path: string, confidence: number): Promise<Row> {
  const bytes = await readFile(path)
  const [image, { detections }] = await Promise.all([
    measureImage(bytes, path),
    predictImage(session, bytes, { confidence, name: path }),
  ])
  const objects = detections.map(({ classId, confidence: score, box }) => ({
    className: session.classNames[classId] ?? String(classId),
    confidence: score,
    box,
  }))
  return imageRow(image, objects, session.classNames)
}

/** `count` items, evenly taken over the list. */
function spread<T>(items: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!)
}

/**
 * The images as an endpoint would get them: those of `frames/` when the folder is a prepared set, else all.
 *
 * @throws SkyloopError `jobs.baseline.images` when there is none, or only tiles, which no endpoint is ever sent
 */
async function frameImages(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()),
  )
  const frames = names.filter((name) => name.split(sep)[0] === 'frames')
  const chosen = frames.length > 0 ? frames : names
  const prepared = await readJson(join(folder, 'dataset.json')).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  const tiled = isObject(prepared) && isObject(prepared['tile'])
  if (chosen.length === 0 || (tiled && frames.length === 0)) {
    throw new SkyloopError({
      code: 'jobs.baseline.images',
      message: `${folder} has ${tiled && chosen.length > 0 ? 'only tiles, but an endpoint is sent whole frames' : 'no images'}`,
      hint: 'give the raw frames, or a prepared data set that kept them in frames/',
    })
  }
  return chosen.sort().map((name) => join(folder, name))
}
