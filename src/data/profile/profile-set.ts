import { availableParallelism } from 'node:os'
import { recommend } from './advice/rules.ts'
import { isUnreadable } from './image-profile.ts'
import { readDeclared } from './read/declared-metadata.ts'
import { listSet } from './read/list-set.ts'
import { profileImages, type ProfileProgress } from './read/profile-images.ts'
import { readLabels } from './read/read-labels.ts'
import { analyseSet } from './set/analyse-set.ts'
import { PROFILE_SCHEMA, type SetProfile } from './set/set-profile.ts'
import type { SetSource } from './source/set-source.ts'

export interface ProfileSetOptions {
  /** At most that many images, chosen fairly. @default all */
  readonly sample?: number | undefined
  /** Chooses the sample. @default 0 */
  readonly seed?: number | undefined
  /** Threads that decode. @default one a processor core, at most one an image */
  readonly threads?: number | undefined
  /** Database of earlier results. @default none: everything is read */
  readonly cacheFile?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** The time that the report bears. */
  readonly now: Date
  readonly onListing?: ((images: number) => void) | undefined
  readonly onProgress?: ((progress: ProfileProgress) => void) | undefined
}

export interface SetProfiling {
  readonly profile: SetProfile
  /** Images whose numbers were known from an earlier run. */
  readonly fromCache: number
}

/**
 * Profiles a set of drone images: measures each, describes the whole, and says what to do about it.
 *
 * Nothing is written but the cache. Images are read as a stream, some for each thread at a time; of each image only its
 * numbers are kept, about two kilobytes.
 *
 * @throws SkyloopError `data.profile.empty` without images, `data.profile.cache`, `data.classes`, `data.metadata`
 */
export async function profileSet(source: SetSource, options: ProfileSetOptions): Promise<SetProfiling> {
  const { sample, seed = 0, signal } = options
  const listing = await listSet(source, {
    ...(sample === undefined ? {} : { sample }),
    seed,
    ...(signal === undefined ? {} : { signal }),
    ...(options.onListing === undefined ? {} : { onProgress: options.onListing }),
  })
  const { rows, fromCache } = await profileImages(source, listing.images, {
    threads: Math.min(options.threads ?? availableParallelism(), listing.images.length),
    cacheFile: options.cacheFile,
    signal,
    onProgress: options.onProgress,
  })
  const sizes = new Map(rows.flatMap((row) => (isUnreadable(row) ? [] : [[row.path, row] as const])))
  const labels = await readLabels(source, listing.images, sizes, signal)
  const declared = await readDeclared(
    source,
    rows.map(({ path }) => path),
  )
  const analysis = analyseSet({
    source: source.uri,
    sample: listing.images.length < listing.imageCount ? { size: listing.images.length, seed } : undefined,
    imageCount: listing.imageCount,
    imageBytes: listing.imageBytes,
    rows,
    declared,
    labels,
  })
  const recommendations = recommend(analysis)
  const profile: SetProfile = {
    schema: PROFILE_SCHEMA,
    createdAt: options.now.toISOString(),
    ...analysis,
    recommendations,
  }
  return { profile, fromCache }
}
