import type { ImageMetadata } from '../../formats/image-metadata.ts'
import { parseHash } from '../../version/perceptual-hash.ts'
import { isUnreadable, type ImageProfile, type ProfiledImage } from '../image-profile.ts'
import { withDeclared } from '../read/declared-metadata.ts'
import type { SetLabels } from '../read/read-labels.ts'
import { describeValues } from './distribution.ts'
import { describeFlights } from './flights.ts'
import { groupFlights } from './group-flights.ts'
import { describeLabels } from './label-statistics.ts'
import { MEASURE_NAMES, measureOf } from './measures.ts'
import { findNearDuplicates } from './near-duplicates.ts'
import { findOutliers } from './outliers.ts'
import type { ImageLabels, ImageRow } from './profile-image-row.ts'
import type { SetAnalysis } from './set-profile.ts'
import { findSites } from './sites.ts'

export interface SetInput extends Pick<SetAnalysis, 'source' | 'sample'> {
  /** Images in the set and their bytes, whether or not they were read. */
  readonly imageCount: number
  readonly imageBytes: number
  readonly rows: readonly ProfiledImage[]
  readonly declared: ReadonlyMap<string, ImageMetadata>
  readonly labels: SetLabels | undefined
}

/** Everything that can be said of a set from what is known of its images. */
export function analyseSet(input: SetInput): SetAnalysis {
  const unreadable = input.rows.filter(isUnreadable)
  const profiles = input.rows
    .filter((row): row is ImageProfile => !isUnreadable(row))
    .map((image) => withDeclared(image, input.declared.get(image.path)))
  const flights = groupFlights(profiles, input.declared)
  const images = profiles.map((image): ImageRow => ({
    ...image,
    flight: flights.get(image.path)!,
    labels: labelsOf(image.path, input.labels),
  }))
  const profiled = input.rows.length
  return {
    source: input.source,
    sample: input.sample,
    counts: {
      images: input.imageCount,
      sizeBytes: input.imageBytes,
      profiled,
      readable: images.length,
      unreadable: unreadable.length,
      errorRate: profiled === 0 ? 0 : unreadable.length / profiled,
    },
    dimensions: Object.entries(tally(images.map(({ width, height }) => `${width}x${height}`))).map(([size, count]) => {
      const [width, height] = size.split('x').map(Number)
      return { width: width!, height: height!, images: count }
    }),
    formats: tally(images.map(({ format }) => format)),
    colourModes: tally(images.map(({ colourMode, bitDepth }) => `${colourMode} ${bitDepth} bit`)),
    cameras: tally(images.map(({ camera }) => [camera.make, camera.model].filter(Boolean).join(' ') || 'unknown')),
    distributions: Object.fromEntries(
      MEASURE_NAMES.flatMap((name) => {
        const { read, scale } = measureOf(name)
        const found = describeValues(images.map(read), scale)
        return found ? [[name, found]] : []
      }),
    ),
    outliers: findOutliers(images),
    duplicates: findNearDuplicates(
      images.map((image) => ({
        path: image.path,
        contentHash: image.contentHash,
        hash: image.perceptualHash === undefined ? undefined : parseHash(image.perceptualHash),
        // Labels cost a person's time, so a labelled image outranks others, and one with more boxes a sharper one.
        merit: (image.labels === undefined ? 0 : 1e12 + image.labels.boxes * 1e7) + image.sharpness,
      })),
    ),
    flights: describeFlights(images),
    sites: findSites(images),
    labels: describeLabels(images, input.labels),
    images,
    unreadable,
  }
}

function labelsOf(path: string, labels: SetLabels | undefined): ImageLabels | undefined {
  const boxes = labels?.boxes.get(path)
  if (!labels || !boxes) return undefined
  const byClass: Record<number, number> = {}
  for (const { classId } of boxes) byClass[classId] = (byClass[classId] ?? 0) + 1
  return {
    boxes: boxes.length,
    byClass,
    dropped: labels.dropped.get(path) ?? 0,
    changed: labels.changed.get(path) ?? 0,
  }
}

/** How often each text occurs, the most frequent first. */
function tally(texts: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)))
}
