import { messageOf, SkyloopError } from '../../core/errors.ts'
import { imageCameraReader, type LocatedImage } from './read-image-camera.ts'
import { viewOfImage, type ImageView, type ViewOptions } from './view-of-image.ts'

export interface OpenedViews {
  readonly opened: readonly { readonly image: LocatedImage; readonly view: ImageView }[]
  /** Images that have no place, and why. */
  readonly failed: readonly { readonly image: string; readonly reason: string }[]
  /** What makes places doubtful. */
  readonly warnings: readonly string[]
}

/** Reads the cameras of images, one after the other; one that has no place does not end the others. */
export async function openViews(
  paths: readonly string[],
  options: ViewOptions,
  onProgress?: (done: number) => void,
): Promise<OpenedViews> {
  const read = imageCameraReader()
  const opened: { image: LocatedImage; view: ImageView }[] = []
  const failed: { image: string; reason: string }[] = []
  for (const path of paths) {
    try {
      const image = await read(path)
      opened.push({ image, view: viewOfImage(image, options) })
    } catch (error) {
      if (!(error instanceof SkyloopError)) throw error
      failed.push({ image: path, reason: messageOf(error) })
    }
    onProgress?.(opened.length + failed.length)
  }
  return { opened, failed, warnings: doubts(opened.map(({ image }) => image)) }
}

function doubts(images: readonly LocatedImage[]): string[] {
  const edited = images.filter(({ editedBy }) => editedBy !== undefined)
  if (edited.length === 0) return []
  const names = edited.slice(0, 5).map(({ image }) => image)
  return [
    `${edited.length} image(s) were written by a program, not by the camera (${edited[0]!.editedBy}): if it turned them, their places are wrong; ` +
      `say so with "turnedDeg" in metadata.jsonl: ${names.join(', ')}${edited.length > 5 ? ', …' : ''}`,
  ]
}
