import { hash32, seededRandom } from '../../core/random.ts'
import type { Split } from '../formats/find-images.ts'
import type { ImageMetadata } from '../formats/image-metadata.ts'
import type { LabelledBox } from '../formats/yolo-labels.ts'
import type { GeoPoint } from '../geo/local-frame.ts'
import { letterboxBoxes, letterboxOf } from './letterbox.ts'
import type { PrepareSettings } from './prepared-dataset.ts'
import type { SourceFrame } from './read-source.ts'
import { cutFrame } from './tile-frame.ts'
import type { FramePart } from './write-frame.ts'

/** A frame with its place in the data set. */
export interface PlannedFrame {
  readonly frame: SourceFrame
  readonly split: Split
  readonly flight: string
  /** Key of the group that was not to be parted; undefined where the set's own splits were kept. */
  readonly group: string | undefined
  /** Where the camera was. */
  readonly place: GeoPoint | undefined
  readonly metadata: ImageMetadata | undefined
  readonly boxes: readonly LabelledBox[]
  readonly parts: readonly FramePart[]
}

/** The images that a frame becomes. */
export function planParts(
  frame: SourceFrame,
  boxes: readonly LabelledBox[],
  settings: PrepareSettings,
): { parts: FramePart[]; rescued: number } {
  const { stem } = frame.found
  if (settings.tile) {
    const cut = cutFrame(frame.width, frame.height, boxes, settings.tile, settings.minVisible)
    const parts = cut.tiles.map((tile) => ({
      stem: `${stem}__x${tile.rect.x}_y${tile.rect.y}`,
      rect: tile.rect,
      boxes: tile.boxes,
    }))
    return { parts, rescued: cut.rescued }
  }
  if (settings.letterbox === null) return { parts: [{ stem, rect: undefined, boxes }], rescued: 0 }
  const letterbox = letterboxOf(frame.width, frame.height, settings.letterbox)
  return { parts: [{ stem, rect: undefined, letterbox, boxes: letterboxBoxes(boxes, letterbox) }], rescued: 0 }
}

/** Tiles of train without boxes that exceed their share; whole images and other splits keep all. */
export function chooseBackground(planned: readonly PlannedFrame[], settings: PrepareSettings): Set<FramePart> {
  if (!settings.tile) return new Set()
  const parts = planned.filter((item) => item.split === 'train').flatMap((item) => item.parts)
  const empty = parts.filter((part) => part.boxes.length === 0)
  const full = parts.length - empty.length
  const room =
    full === 0 ? empty.length : Math.round((full * settings.background) / Math.max(1e-9, 1 - settings.background))
  return new Set(
    seededRandom(hash32(`background/${settings.seed}`))
      .shuffle(empty)
      .slice(room),
  )
}
