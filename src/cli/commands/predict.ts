import { join, resolve } from 'node:path'
import type { Tiling } from '../../yolo/predict/tiles.ts'
import type { DetectorSession } from '../../yolo/runtime/detector-session.ts'
import { writeJsonAtomic } from '../../core/files.ts'
import { defineCommand } from '../command.ts'
import { EXIT, UsageError } from '../failure.ts'
import { decimal, integer } from '../option-values.ts'
import { formatTable } from '../terminal/table.ts'

interface Options {
  readonly out?: string
  readonly conf: number
  readonly iou: number
  readonly tile?: number | 'none'
  readonly drawWidth: number
}

/** Share of a tile's side that neighbours have in common, as in preparation. */
const TILE_OVERLAP = 0.2

export const predict = defineCommand<Options>({
  name: 'predict',
  summary: 'find objects in images with a model on this machine',
  description:
    'Runs an exported detector on images, without engine or endpoint. With --out the images are written there with the\n' +
    'boxes drawn on them, and predictions.json beside them. Exit code 1 when an image could not be read.',
  arguments: [
    ['<model>', 'ONNX file, or the folder that `train run` has made'],
    ['<images...>', 'image files, or folders of them'],
  ],
  options: [
    { flags: '--out <folder>', description: 'where drawn images and predictions.json are written' },
    {
      flags: '--conf <0-1>',
      description: 'least confidence of a detection',
      default: 0.25,
      parse: decimal('--conf', 0, 1),
    },
    {
      flags: '--iou <0-1>',
      description: 'boxes of one class that overlap more are one object',
      default: 0.6,
      parse: decimal('--iou', 0, 1),
    },
    {
      flags: '--tile <px>',
      description:
        'side of the squares that images are cut into, or none (default: as the model was trained; its input size where its file does not say)',
      parse: readTile,
    },
    {
      flags: '--draw-width <px>',
      description: 'drawn images are shrunk to this width',
      default: 1600,
      parse: integer('--draw-width', 32, 20_000),
    },
  ],
  examples: [
    ['predict runs/first photo.jpg --out found', 'boxes drawn in found/photo.jpg'],
    ['predict model.onnx ./flights/val/images --json', 'every box as JSON'],
  ],
  run: async (context, options, [model = '', ...names]) => {
    const { inputImages } = await import('../prediction/input-images.ts')
    const { openModel, predictFiles } = await import('../prediction/predict-files.ts')
    const { workingFolder } = context.environment
    const files = await inputImages(names, workingFolder)
    const out = options.out === undefined ? undefined : resolve(workingFolder, options.out)
    await using session = await openModel(resolve(workingFolder, model))
    const { tile, conf, iou, drawWidth } = options
    const tiling = tilingOf(tile, session)
    if (tile === undefined && tiling) {
      context.report.note(
        `the model's file does not say how its images were cut: tiles of ${tiling.size} px, its input size; --tile none shows it whole images`,
      )
    }
    const task = context.report.task(`predicting ${files.length} images`)
    try {
      const found = await predictFiles(
        session,
        files,
        { out, drawWidth, signal: context.signal, confidence: conf, iou, ...(tiling === undefined ? {} : { tiling }) },
        task,
      )
      if (out !== undefined) await writeJsonAtomic(join(out, 'predictions.json'), found)
      if (found.failed.length === 0) task.done()
      else task.fail(`${found.failed.length} could not be read`)
      const rows = found.images.map(({ file, detections, milliseconds, drawn }) => [
        file,
        countsText(detections.map((each) => each.class)),
        `${milliseconds.toFixed(0)} ms`,
        drawn ?? '',
      ])
      const problems = found.failed.map(({ file, error }) => [file, error, '', ''])
      return {
        value: found,
        text: formatTable(['image', 'found', 'time', out === undefined ? '' : 'drawn'], [...rows, ...problems]),
        exitCode: found.failed.length === 0 ? EXIT.ok : EXIT.user,
      }
    } catch (error) {
      task.fail()
      throw error
    }
  },
})

/**
 * What `--tile` means to a model; undefined leaves it to its file. One that says nothing gets tiles of its own size, because in a
 * drone's frame shrunk to it nothing would be left of small objects.
 */
function tilingOf(tile: Options['tile'], { width, height, metadata }: DetectorSession): Tiling | null | undefined {
  if (tile === 'none') return null
  if (tile !== undefined) return { size: tile, overlap: TILE_OVERLAP, scale: width / tile }
  return metadata['tile'] === undefined && width === height
    ? { size: width, overlap: TILE_OVERLAP, scale: 1 }
    : undefined
}

/** `3 car, 1 van`, most first. */
function countsText(classes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1)
  const parts = [...counts].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`)
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

function readTile(text: string): number | 'none' {
  if (text === 'none') return text
  const size = Number(text)
  if (Number.isInteger(size) && size >= 32 && size <= 20_000) return size
  throw new UsageError({ code: 'cli.option', message: `--tile is none or 32 to 20000 pixels, not "${text}"` })
}
