import type { Size } from '../edit/box.ts'
import { getImage } from './api.ts'

/** A decoded image with halved copies of it, so that painting a small view of a large one is quick and does not shimmer. */
export interface Picture {
  readonly size: Size
  /** `[0]` is the image itself, each next one half as wide. */
  readonly levels: readonly ImageBitmap[]
}

/** Halves are made until the longer side is below this. */
const SMALLEST_LEVEL_PX = 1200

async function decode(blob: Blob): Promise<Picture> {
  // A browser turns the picture upright by its EXIF orientation here; boxes are in pixels of the upright image.
  const full = await createImageBitmap(blob)
  const levels = [full]
  for (let last = full; Math.max(last.width, last.height) / 2 >= SMALLEST_LEVEL_PX;) {
    last = await createImageBitmap(last, {
      resizeWidth: Math.round(last.width / 2),
      resizeHeight: Math.round(last.height / 2),
      resizeQuality: 'medium',
    })
    levels.push(last)
  }
  return { size: { width: full.width, height: full.height }, levels }
}

function close({ levels }: Picture): void {
  for (const level of levels) level.close()
}

/** The image on the page and the one that will come next; never more, for each may take 100 MB. */
export interface ImageStore {
  /** @throws RefusedError, UnreachableError; DOMException when the bytes are no image */
  load(path: string): Promise<Picture>
  /** Loads an image ahead; failures show when it is needed. */
  preload(path: string): void
}

export function createImageStore(): ImageStore {
  let ahead: { readonly path: string; readonly picture: Promise<Picture> } | undefined
  let shown: Picture | undefined
  const fetchPicture = async (path: string): Promise<Picture> => decode(await getImage(path))
  const drop = (one: typeof ahead): void => {
    one?.picture.then(close, () => undefined)
  }
  return {
    load: async (path) => {
      const ready = ahead
      ahead = undefined
      let picture: Picture
      if (ready?.path === path) {
        picture = await ready.picture.catch(() => fetchPicture(path))
      } else {
        drop(ready)
        picture = await fetchPicture(path)
      }
      const before = shown
      shown = picture
      if (before !== undefined) close(before)
      return picture
    },
    preload: (path) => {
      if (ahead?.path === path) return
      drop(ahead)
      const picture = fetchPicture(path)
      picture.catch(() => undefined)
      ahead = { path, picture }
    },
  }
}
