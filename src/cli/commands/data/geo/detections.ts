import { basename, resolve } from 'node:path'
import { writeJsonAtomic } from '../../../../core/files.ts'
import type { Feature, FeatureCollection } from '../../../../data/geo/geojson.ts'
import { defineCommand } from '../../../command.ts'
import { EXIT, UsageError } from '../../../failure.ts'
import { decimal } from '../../../option-values.ts'
import { asTask } from '../../../terminal/reporter.ts'
import { formatFacts } from '../../../terminal/table.ts'
import { VIEW_OPTIONS, viewOptions, type ViewChoices } from './view-options.ts'

interface Options extends ViewChoices {
  readonly images?: readonly string[]
  readonly coco?: string
  readonly out?: string
  readonly geometry: 'point' | 'polygon'
  readonly merge?: number
  readonly conf: number
}

export const detections = defineCommand<Options>({
  name: 'detections',
  summary: 'detections on the map: boxes to GeoJSON with class, confidence and size in metres',
  description:
    'Projects the boxes of predictions.json (or COCO results) onto flat ground as high as the point of take-off. With\n' +
    '--merge, what overlapping images saw of one object becomes one feature. Images without the metadata, and boxes\n' +
    'that show the sky, are counted. How exact: GPS decides, 1 to 5 m with an ordinary receiver.',
  arguments: [['<predictions>', 'predictions.json of `predict --out`, or COCO results']],
  options: [
    { flags: '--images <paths...>', description: 'the images, or folders of them (default: the files that it names)' },
    { flags: '--coco <file>', description: 'COCO file with images and categories, for COCO results' },
    { flags: '--out <file>', description: 'GeoJSON file (default: printed)' },
    {
      flags: '--geometry <what>',
      description: 'where an object stands, or the ground that its box covers',
      choices: ['point', 'polygon'],
      default: 'point',
    },
    {
      flags: '--merge <m>',
      description: 'one object for sightings of a class in several images that are at most this far apart',
      parse: decimal('--merge', 0.1, 1000),
    },
    { flags: '--conf <0-1>', description: 'least confidence', default: 0, parse: decimal('--conf', 0, 1) },
    ...VIEW_OPTIONS,
  ],
  examples: [
    ['data geo detections found/predictions.json --out cars.geojson', 'one point a detection'],
    ['data geo detections found/predictions.json --merge 3 --out cars.geojson', 'one point an object'],
  ],
  run: async (context, options, [given = '']) => {
    const { mergeSightings } = await import('../../../../data/geo/merge-sightings.ts')
    const { mergedFeature, sightingFeature } = await import('../../../../data/geo/detection-features.ts')
    const { locateDetections } = await import('../../../../data/geo/locate-detections.ts')
    const { openViews } = await import('../../../../data/geo/open-views.ts')
    const { readDetections } = await import('../../../../data/geo/read-detections.ts')
    const { inputImages } = await import('../../../prediction/input-images.ts')
    const { workingFolder } = context.environment
    const found = await readDetections(
      resolve(workingFolder, given),
      options.coco === undefined ? undefined : resolve(workingFolder, options.coco),
    )
    const files = await inputImages(options.images ?? found.map(({ file }) => file), workingFolder)
    const pathOf = byName(files)
    const lost = found.filter(({ file }) => !pathOf.has(basename(file)))
    if (lost.length > 0) {
      throw new UsageError({
        code: 'cli.images',
        message: `${lost.length} image(s) of ${given} are not among --images: ${lost
          .slice(0, 5)
          .map(({ file }) => file)
          .join(', ')}`,
      })
    }
    const paths = found.map(({ file }) => pathOf.get(basename(file)) as string)
    const views = await asTask(context.report, `reading ${paths.length} images`, (task) =>
      openViews(paths, viewOptions(options), (done) => {
        context.signal.throwIfAborted()
        task.update(`${done}/${paths.length}`, done / paths.length)
      }),
    )
    const viewOf = new Map(views.opened.map((opened) => [opened.image.path, opened.view]))
    let beyond = 0
    const sightings = found.flatMap((image, k) => {
      const view = viewOf.get(paths[k] as string)
      if (!view) return []
      const wanted = { ...image, detections: image.detections.filter(({ confidence }) => confidence >= options.conf) }
      const located = locateDetections(wanted, view, options.maxDepth ?? 20 * view.view.pose.heightM)
      beyond += located.beyond
      return located.sightings
    })
    const features: Feature[] =
      options.merge === undefined
        ? sightings.map((sighting) => sightingFeature(sighting, options.geometry))
        : mergeSightings(sightings, options.merge).map((object) => mergedFeature(object, options.geometry))
    for (const warning of views.warnings) context.report.warn(warning)
    for (const { image, reason } of views.failed) context.report.warn(`${image}: ${reason}`)
    if (beyond > 0) context.report.warn(`${beyond} box(es) show the sky or ground beyond --max-depth and have no place`)
    const collection: FeatureCollection = { type: 'FeatureCollection', features }
    const exitCode = views.failed.length === 0 ? EXIT.ok : EXIT.user
    if (options.out === undefined) return { value: collection, text: JSON.stringify(collection, null, 1), exitCode }
    const out = resolve(workingFolder, options.out)
    await writeJsonAtomic(out, collection)
    const counts = {
      detections: sightings.length,
      features: features.length,
      beyond,
      imagesWithoutPlace: views.failed.length,
    }
    return {
      value: { file: out, ...counts, failed: views.failed },
      text: formatFacts({
        file: out,
        detections: counts.detections,
        features: counts.features,
        'without a place': beyond,
        'images without metadata': views.failed.length,
      }),
      exitCode,
    }
  },
})

/** @throws UsageError `cli.images` when two files have one name */
function byName(files: readonly string[]): Map<string, string> {
  const out = new Map<string, string>()
  for (const file of files) {
    const other = out.get(basename(file))
    if (other !== undefined) {
      throw new UsageError({
        code: 'cli.images',
        message: `${other} and ${file} have the same name, so detections cannot be told apart`,
      })
    }
    out.set(basename(file), file)
  }
  return out
}
