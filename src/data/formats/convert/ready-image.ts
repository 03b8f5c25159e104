import { admitBox, boxKey, type BoxXyxy } from '../admit-box.ts'
import type { ClassMap } from '../class-map.ts'
import type { ImageHeader } from '../image-header.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { ReadyBox, ReadyImage, SourceBox, SourceImage } from '../labelled-image.ts'
import { settleFrame, type SettledFrame } from './settle-frame.ts'

/**
 * Brings the boxes of an image to its frame and to the classes of the target, and leaves out those that cannot stand.
 *
 * An image whose boxes were all left out for a fault is unknown, not background; one whose boxes are only of classes
 * that were not asked for is background.
 */
export function readyImage(
  image: SourceImage,
  name: string,
  header: ImageHeader | undefined,
  map: ClassMap,
  ledger: LabelLedger,
): ReadyImage {
  const { split, place, name: sourceName } = image
  const frame = settleFrame(image, header, (kind, outcome) =>
    ledger.issue(kind, outcome, { ...place, text: image.name }),
  )
  const channels = header?.channels ?? 3
  const unknown = { name, sourceName, split, sizePx: frame?.sizePx, channels, boxes: undefined, place }
  if (!image.boxes) return unknown
  if (!frame) {
    const kind = image.statedSizePx ? 'size-conflict' : 'size-unknown'
    for (const box of image.boxes) ledger.issue(kind, 'dropped', box.place)
    return unknown
  }
  const seen = new Set<string>()
  const boxes: ReadyBox[] = []
  let faults = 0
  for (const box of image.boxes) {
    const ready = readyBox(box, frame, map, seen, ledger)
    if (ready === 'fault') faults++
    else if (ready !== 'not asked for') boxes.push(ready)
  }
  if (boxes.length > 0 || faults === 0) return { ...unknown, boxes }
  ledger.issue('all-lost', 'none', { ...place, text: image.name })
  return unknown
}

function readyBox(
  box: SourceBox,
  { sizePx, toFractions }: SettledFrame,
  map: ClassMap,
  seen: Set<string>,
  ledger: LabelLedger,
): ReadyBox | 'fault' | 'not asked for' {
  const { place, traits } = box
  const target = map.target(box.className)
  if (!target) {
    ledger.issue('class-left-out', 'dropped', place)
    return 'not asked for'
  }
  const norm = admitBox(toFractions(box.boxXyxy), sizePx, (kind, outcome) => ledger.issue(kind, outcome, place))
  if (!norm) return 'fault'
  const key = boxKey(`${target.classId}${traits.ignored ? ' ignored' : ''}`, norm)
  if (seen.has(key)) {
    ledger.issue('duplicate', 'dropped', place)
    return 'fault'
  }
  seen.add(key)
  if (target.name !== box.className) ledger.issue('class-renamed', 'changed', place)
  return {
    classId: target.classId,
    className: target.name,
    boxXyxyPx: toPixels(norm, sizePx),
    traits,
    place,
  }
}

/** Fractions and back leave dust in the sixteenth digit; a millionth of a pixel is below any meaning. */
function toPixels([x1, y1, x2, y2]: BoxXyxy, [w, h]: readonly [number, number]): BoxXyxy {
  const round = (value: number): number => Math.round(value * 1e6) / 1e6
  return [round(x1 * w), round(y1 * h), round(x2 * w), round(y2 * h)]
}
