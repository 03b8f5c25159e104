import type { SetAnalysis } from '../../set/set-profile.ts'
import { quantile } from '../../set/distribution.ts'
import { percent, short } from '../phrase.ts'
import type { Advice, Rule } from '../recommendation.ts'

/** Side of YOLO11's input, pixels. */
const INPUT_PX = 640

/** Two cells of the finest grid (stride 8): objects smaller than this at the input are found by luck. */
const LEAST_OBJECT_PX = 16

/** Square root of a car's area seen from above, 4.5 m by 1.8 m. */
const CAR_SIDE_M = 2.85

/** Tiles are multiples of it, as network inputs are. */
const STEP_PX = 32
const SMALLEST_TILE_PX = 320

/** A tile nearly as large as the frame gains nothing. */
const MOST_OF_FRAME = 0.75

/**
 * The tile side at which nine boxes of ten keep at least 16 pixels at the network's input, and the overlap at which
 * nearly every box is whole in some tile. Without boxes, a car stands for them where the ground sample is known.
 */
export const tileSize: Rule = (set) => {
  const sides = set.dimensions.map(({ width, height, images }) => ({ side: Math.max(width, height), images }))
  if (sides.length === 0) return undefined
  // The size that most images have; mixed sizes have their own rule.
  const frame = sides.toSorted((a, b) => b.images - a.images)[0]!.side
  return fromBoxes(set, frame) ?? fromGround(set, frame)
}

function fromBoxes({ labels, images }: SetAnalysis, frame: number): Advice | undefined {
  const px = labels?.sidePx
  if (!labels || !px || px.count < 20) return undefined
  const small = px.p10
  const whole = (small * INPUT_PX) / frame
  if (whole >= LEAST_OBJECT_PX) return undefined
  const tile = tileFor(small, px.p95, frame)
  if (tile > frame * MOST_OF_FRAME) return undefined
  const overlap = overlapFor(px.p95, tile)
  const scaled = (small * INPUT_PX) / tile
  const fly = scaled < LEAST_OBJECT_PX ? LEAST_OBJECT_PX / scaled : undefined
  return {
    severity: 'improve',
    title: `Objects are small: cut tiles of ${tile} px instead of shrinking whole frames`,
    action:
      `\`skyloop data prepare <folder> --tile ${tile} --overlap ${overlap} --imgsz ${INPUT_PX}\`, and the same tiling when predicting.` +
      (fly === undefined
        ? ''
        : ` Even so a tenth of the objects stays under ${LEAST_OBJECT_PX} px: fly at ${percent(1 / fly)} of the height.`),
    why:
      `A tenth of the ${px.count} boxes is under ${short(small)} px across in frames of ${frame} px. Shrunk to ${INPUT_PX} px that is ${short(whole)} px, less than two cells of the network's finest grid; ` +
      `in tiles of ${tile} px it is ${short(scaled)} px. Overlap ${overlap} keeps 19 boxes of 20 (up to ${short(px.p95)} px) whole in some tile.`,
    images: images.filter(({ labels: own }) => (own?.boxes ?? 0) > 0).map(({ path }) => path),
    values: { tilePx: tile, overlap, inputPx: INPUT_PX, smallSidePx: small, atInputPx: whole, inTilePx: scaled },
  }
}

function fromGround({ images, labels, counts }: SetAnalysis, frame: number): Advice | undefined {
  if (labels && labels.boxes > 0) return undefined
  const views = images.flatMap(({ groundSample }) =>
    groundSample && (groundSample.offNadirDeg ?? 0) <= 60 ? [groundSample.cmPerPx] : [],
  )
  if (views.length === 0 || views.length < counts.readable / 4) return undefined
  const coarse = quantile(
    views.toSorted((a, b) => a - b),
    0.9,
  )
  const car = (CAR_SIDE_M * 100) / coarse
  const whole = (car * INPUT_PX) / frame
  if (whole >= LEAST_OBJECT_PX) return undefined
  const tile = tileFor(car, car * 2, frame)
  if (tile > frame * MOST_OF_FRAME) return undefined
  const overlap = overlapFor(car * 2, tile)
  return {
    severity: 'improve',
    title: `For objects the size of a car, cut tiles of ${tile} px`,
    action: `\`skyloop data prepare <folder> --tile ${tile} --overlap ${overlap} --imgsz ${INPUT_PX}\` once there are labels, and the same tiling when predicting.`,
    why: `At ${short(coarse)} cm a pixel a car is ${short(car)} px across. Frames of ${frame} px shrunk to ${INPUT_PX} px leave ${short(whole)} px of it; a tile leaves ${short((car * INPUT_PX) / tile)} px.`,
    images: [],
    values: { tilePx: tile, overlap, inputPx: INPUT_PX, carPx: car, atInputPx: whole, cmPerPx: coarse },
  }
}

/** The largest tile in which `small` has its least size at the input, but no smaller than twice the large objects. */
function tileFor(small: number, large: number, frame: number): number {
  const wanted = (small * INPUT_PX) / LEAST_OBJECT_PX
  const least = Math.max(SMALLEST_TILE_PX, 2 * large)
  return Math.min(frame, Math.max(STEP_PX, Math.round(Math.max(wanted, least) / STEP_PX) * STEP_PX))
}

/** Hundredths, 0.1 to 0.4: a box no larger than the overlap is whole in one of the tiles. */
function overlapFor(large: number, tile: number): number {
  return Math.min(0.4, Math.max(0.1, Math.ceil((large / tile) * 20) / 20))
}
