import { resolve } from 'node:path'
import { writeJsonAtomic } from '../../../../core/files.ts'
import type { Feature, FeatureCollection } from '../../../../data/geo/geojson.ts'
import { defineCommand } from '../../../command.ts'
import { EXIT } from '../../../failure.ts'
import { asTask } from '../../../terminal/reporter.ts'
import { formatFacts } from '../../../terminal/table.ts'
import { VIEW_OPTIONS, viewOptions, type ViewChoices } from './view-options.ts'

interface Options extends ViewChoices {
  readonly out?: string
}

export const footprints = defineCommand<Options>({
  name: 'footprints',
  summary: 'the ground that images show, as GeoJSON polygons',
  description:
    'Projects the outline of each image onto flat ground as high as the point of take-off, from GPS, altitude, gimbal\n' +
    'and lens. Where the horizon is in the picture the polygon ends at --max-depth. Images without the metadata are\n' +
    'named. Exit code 1 when an image has no footprint.',
  arguments: [['<images...>', 'image files, or folders of them']],
  options: [{ flags: '--out <file>', description: 'GeoJSON file (default: printed)' }, ...VIEW_OPTIONS],
  examples: [
    ['data geo footprints ./flights/images --out footprints.geojson', 'open it in QGIS or geojson.io'],
    ['data geo footprints photo.jpg --height 55', 'ground 55 m below the camera'],
  ],
  run: async (context, options, names) => {
    const { inputImages } = await import('../../../prediction/input-images.ts')
    const { footprintFeature } = await import('../../../../data/geo/footprint-features.ts')
    const { openViews } = await import('../../../../data/geo/open-views.ts')
    const { workingFolder } = context.environment
    const files = await inputImages(names, workingFolder)
    const views = await asTask(context.report, `reading ${files.length} images`, (task) =>
      openViews(files, viewOptions(options), (done) => {
        context.signal.throwIfAborted()
        task.update(`${done}/${files.length}`, done / files.length)
      }),
    )
    const failed = [...views.failed]
    const features = views.opened.flatMap((opened): Feature[] => {
      const feature = footprintFeature(opened.image, opened.view, options.maxDepth)
      if (!feature) failed.push({ image: opened.image.path, reason: 'it shows no ground up to --max-depth' })
      return feature ? [feature] : []
    })
    for (const warning of views.warnings) context.report.warn(warning)
    for (const { image, reason } of failed) context.report.warn(`${image}: ${reason}`)
    const collection: FeatureCollection = { type: 'FeatureCollection', features }
    const exitCode = failed.length === 0 ? EXIT.ok : EXIT.user
    if (options.out === undefined) return { value: collection, text: JSON.stringify(collection, null, 1), exitCode }
    const out = resolve(workingFolder, options.out)
    await writeJsonAtomic(out, collection)
    return {
      value: { file: out, footprints: features.length, failed },
      text: formatFacts({ file: out, footprints: features.length, without: failed.length }),
      exitCode,
    }
  },
})
