import type { BoxXyxy } from '../admit-box.ts'
import type { ImageHeader } from '../image-header.ts'
import type { LabelIssueKind, LabelOutcome } from '../label-issue.ts'
import type { SourceImage } from '../labelled-image.ts'

/** The frame that boxes are brought to: the image as shown. */
export interface SettledFrame {
  readonly sizePx: readonly [number, number]
  /** From the source's unit to fractions of the image as shown. */
  readonly toFractions: (box: BoxXyxy) => BoxXyxy
}

/** Proportions that differ by less than this are rounding of a scaled image's sides. */
const ASPECT_TOLERANCE = 0.01

/**
 * Decides of which frame the boxes of an image are, by what its source states and what its file says.
 *
 * Boxes in fractions are of the image as shown. Boxes in pixels are of the stated size; where the file has another:
 * swapped sides with an EXIF orientation that swaps them mean labels of the stored image, which are turned with it;
 * swapped sides without one mean a mistake in the size, and the file's is taken; the same proportions mean a scaled
 * image, and the boxes are scaled; anything else is a conflict.
 *
 * @param header undefined when there is no file, and then the stated size is all there is
 * @param note told of everything that is odd
 * @returns undefined when nothing can be said of the frame, which `note` was told
 */
export function settleFrame(
  image: SourceImage,
  header: ImageHeader | undefined,
  note: (kind: LabelIssueKind, outcome: LabelOutcome) => void,
): SettledFrame | undefined {
  const stated = image.statedSizePx
  const shown = header?.shownSizePx ?? stated
  if (!shown) {
    note('size-unknown', 'none')
    return undefined
  }
  if (image.unit === 'fractions') return { sizePx: shown, toFractions: (box) => box }
  const [w, h] = shown
  const asShown: SettledFrame = { sizePx: shown, toFractions: ([a, b, c, d]) => [a / w, b / h, c / w, d / h] }
  if (!header || !stated) return asShown
  const { orientation } = header
  if (stated[0] === w && stated[1] === h) {
    // A square image cannot show by its size of which frame the labels are, nor can one that is mirrored or upside down.
    if (orientation > 1 && (orientation < 5 || w === h)) note('orientation-unsure', 'none')
    return asShown
  }
  if (stated[0] === h && stated[1] === w) {
    if (orientation < 5) {
      note('size-swapped', 'none')
      return asShown
    }
    note('turned', 'none')
    const [storedW, storedH] = stated
    return {
      sizePx: shown,
      toFractions: ([a, b, c, d]) => turn([a / storedW, b / storedH, c / storedW, d / storedH], orientation),
    }
  }
  if (Math.abs((stated[0] * h) / (stated[1] * w) - 1) > ASPECT_TOLERANCE) {
    note('size-conflict', 'none')
    return undefined
  }
  note('size-scaled', 'none')
  return {
    sizePx: shown,
    toFractions: ([a, b, c, d]) => [a / stated[0], b / stated[1], c / stated[0], d / stated[1]],
  }
}

/**
 * Fractions of the stored image to those of the image as shown.
 *
 * @param orientation 5 to 8: 5 mirrored along the diagonal, 6 turned right, 7 mirrored along the other, 8 turned left
 * @source Exif 2.32, tag Orientation (0x0112): where row 0 and column 0 of the stored image are when it is shown
 */
function turn([x1, y1, x2, y2]: BoxXyxy, orientation: number): BoxXyxy {
  switch (orientation) {
    case 5:
      return [y1, x1, y2, x2]
    case 6:
      return [1 - y2, x1, 1 - y1, x2]
    case 7:
      return [1 - y2, 1 - x2, 1 - y1, 1 - x1]
    default:
      return [y1, 1 - x2, y2, 1 - x1]
  }
}
