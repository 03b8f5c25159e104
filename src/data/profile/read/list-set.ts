import { posix } from 'node:path'
import { SkyloopError } from '../../../core/errors.ts'
import type { ListedFile, SetSource } from '../source/set-source.ts'
import { createSampler } from './sample-paths.ts'

/** An image to profile, and where its labels are. */
export interface ListedImage extends ListedFile {
  /** Path of its YOLO label file; undefined when the set has none for it. */
  readonly labelPath: string | undefined
}

export interface SetListing {
  /** Those to profile, in order of path. */
  readonly images: readonly ListedImage[]
  /** How many images the set has, sampled or not. */
  readonly imageCount: number
  /** Bytes of all images of the set. */
  readonly imageBytes: number
  /** Label files found beside images, whether or not their image was sampled. */
  readonly labelFiles: number
  /** Other files that are neither images nor label files, such as `README.md`. */
  readonly otherFiles: number
}

export interface ListOptions {
  /** At most that many images, chosen fairly. @default all */
  readonly sample?: number
  /** @default 0 */
  readonly seed?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (images: number) => void
}

const IMAGE_ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif', '.heic', '.heif', '.avif'])
const LISTING_REPORTED_EACH = 1000

/**
 * Lists a set once and pairs images with label files: `images/…/a.jpg` with `labels/…/a.txt`, or `a.txt` beside it.
 *
 * @throws SkyloopError `data.profile.empty` when there is no image
 */
export async function listSet(source: SetSource, options: ListOptions = {}): Promise<SetListing> {
  const sampler = createSampler<ListedFile>(options.sample, options.seed ?? 0)
  const texts = new Set<string>()
  let imageBytes = 0
  let otherFiles = 0
  for await (const file of source.list(options.signal)) {
    const ending = posix.extname(file.path).toLowerCase()
    if (IMAGE_ENDINGS.has(ending)) {
      sampler.add(file)
      imageBytes += file.sizeBytes
      if (sampler.offered % LISTING_REPORTED_EACH === 0) options.onProgress?.(sampler.offered)
    } else if (ending === '.txt' && posix.basename(file.path) !== 'classes.txt') texts.add(file.path)
    else otherFiles++
  }
  if (sampler.offered === 0) {
    throw new SkyloopError({
      code: 'data.profile.empty',
      message: `${source.uri} holds no images (${otherFiles + texts.size} other files)`,
      hint: `image files end in ${[...IMAGE_ENDINGS].join(' ')}`,
    })
  }
  const images = sampler.kept().map((file) => ({ ...file, labelPath: labelPathOf(file.path, texts) }))
  return { images, imageCount: sampler.offered, imageBytes, labelFiles: texts.size, otherFiles }
}

/** Where the label file of an image is, of those that exist. */
export function labelPathOf(imagePath: string, existing: ReadonlySet<string>): string | undefined {
  const { dir, name } = posix.parse(imagePath)
  const parts = dir.split('/')
  const at = parts.lastIndexOf('images')
  const candidates = [
    ...(at < 0 ? [] : [posix.join(...parts.with(at, 'labels'), `${name}.txt`)]),
    posix.join(dir, `${name}.txt`),
  ]
  return candidates.find((path) => existing.has(path))
}
